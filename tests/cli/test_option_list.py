"""Options as commands list them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from read_tables import read_open

from benchmark.cli.option_list import list_for_terminal, list_options, options_table
from benchmark.contract import SystemSpec
from benchmark.display.tables import View, render
from benchmark.systems import Presets


@dataclass(frozen=True)
class Options:
    mode: Literal["fast", "slow"] = "fast"
    temperature: float | None = None
    caption: str = "a dog, barking"


@dataclass(frozen=True)
class Settings:
    """Of a toy.

    Attributes:
        rate: the highest.

    Writing:
        n_words (words): at most.
        greedy: or not.
    """

    rate: float = 1e-5
    n_words: int = 20
    greedy: bool = True


PRESETS = Presets({"paper": Settings(), "mini": replace(Settings(), n_words=8)})
TUNED = PRESETS.options_type("TunedOptions", "``paper`` or ``mini``.")


def spec(options):
    return SystemSpec("toy", "a toy", lambda resources, options: None, options=options)


def test_options_come_in_their_order_with_types_and_defaults_as_they_are_typed():
    listed = [(each.name, each.type, each.default) for each in list_options(spec(Options))]
    assert listed == [
        ("mode", "fast | slow", "fast"),
        ("temperature", "float or none", "none"),
        ("caption", "str", '"a dog, barking"'),
    ]


def test_choices_that_nobody_explains_are_named():
    (mode, *_) = list_options(spec(Options))
    assert mode.text.meaning == "(fast, slow)"
    (preset, *_) = list_options(spec(TUNED))
    assert preset.text.meaning == "paper or mini."


def test_what_has_no_options_lists_none():
    assert list(list_options(spec(None))) == []


def test_presets_are_columns_and_topics_headings():
    table = list_for_terminal([*list_options(spec(TUNED))], "toy: a toy")
    text = render([table], "text", view=View(100))
    assert "None" not in text
    assert text.index("\nrate") < text.index("\n\nWriting\n") < text.index("\nn_words")
    header, *lines = read_open(text)[0]
    assert header == ["option", "paper", "mini", "unit", "what it does"]
    assert lines == [
        ["preset", "–", "–", "", "paper or mini."],  # noqa: RUF001
        ["rate", "1e-05", "1e-05", "", "the highest."],
    ]
    assert "n_words  20     8      words  at most.\ngreedy   true   true          or not." in text


def test_pages_and_programs_get_all_in_one_table():
    options = [*list_options(spec(Options)), *list_options(spec(TUNED))]
    lines = render([options_table(options, "system")], "csv").splitlines()
    assert lines[0] == "system,option,topic,type,default,paper,mini,unit,what it does"
    assert lines[-2] == "toy,n_words,Writing,int or none,,20,8,words,at most."
