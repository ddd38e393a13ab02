"""What docstrings of options say of each of them."""

from __future__ import annotations

from benchmark.systems.option_texts import OptionText, OptionTexts, read_option_texts
from benchmark.systems.registry import load_registry

OURS = ("aac-bench", "aac-bench-wsac", "aac-bench-oracle", "aac-bench-retrieval",
        "aac-bench-gpt2-guidance")  # fmt: skip


class Tuned:
    """How it is tuned.

    Two paragraphs: this is the second.

    Attributes:
        preset: ``paper`` or
            ``mini``.

    Training and more:
        rate: the highest.
        epochs (epochs): at
            most; 0: none.
    """


class Plain:
    """``delay_s``: seconds a clip takes."""


def test_topics_units_and_meanings_are_read_and_lines_joined():
    texts = read_option_texts(Tuned)
    assert texts.intro == "How it is tuned.\n\nTwo paragraphs: this is the second."
    assert texts.by_name == {
        "preset": OptionText("paper or mini."),
        "rate": OptionText("the highest.", topic="Training and more"),
        "epochs": OptionText("at most; 0: none.", "epochs", "Training and more"),
    }


def test_a_docstring_of_another_form_is_an_introduction():
    assert read_option_texts(Plain) == OptionTexts("delay_s: seconds a clip takes.")
    assert read_option_texts(None) == OptionTexts()


def test_every_option_of_our_systems_says_what_it_does():
    claims = [claim for claims in load_registry().claims.values() for claim in claims]
    specs = [spec for spec, origin in claims if origin.distribution in OURS]
    assert specs
    for spec in specs:
        names = set() if spec.options is None else set(spec.options.__dataclass_fields__)
        texts = read_option_texts(spec.options).by_name
        assert set(texts) == names, spec.name
        assert all(text.meaning for text in texts.values()), spec.name
