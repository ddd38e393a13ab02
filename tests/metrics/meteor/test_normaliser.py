"""METEOR's normalisation of texts."""

from __future__ import annotations

import pytest
from command_lines import normalised_lines
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.metrics.jvm.text_java import TextJava
from benchmark.metrics.meteor.normaliser import normalise

LETTERS_AND_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789"
PLAIN = st.lists(st.text(LETTERS_AND_DIGITS, min_size=1), max_size=8).map(" ".join)
AWKWARD = [
    "a high-pitched dog 's bark",
    "u.s. p.m. 1,000.50 no.",
    "it 's (round) [square] {curly} <b>",
    "&quot; &amp; &lt; &apos;",
    "café , 犬 ; ½ £5",
    "a -- b --- c - d",
    "\u201ccurly\u201d it\u2019s",
    "🎶 plays 🎵",
    "tab\tinside",
    "a \u00a0 dog\u3000barks",
    "...",
    "-lrb- x -rrb-",
    "l'eau d'or",
]


@pytest.fixture(scope="module")
def java():
    with TextJava() as java:
        yield java


def test_hyphens_and_apostrophes_are_parted_as_meteor_does(java):
    assert normalise(["a high-pitched dog 's bark"], java) == {
        "a high-pitched dog 's bark": "a high pitched dog ' s bark"
    }


def test_awkward_texts_become_what_meteors_own_program_makes_of_them(java):
    assert normalise(AWKWARD, java) == dict(zip(AWKWARD, normalised_lines(AWKWARD), strict=True))


def test_plain_words_need_no_java(monkeypatch):
    monkeypatch.setenv("BENCH_JAVA", "/nowhere")
    plain = ["a dog barks", "", "a dog barks"]
    assert normalise(plain, TextJava()) == {"a dog barks": "a dog barks", "": ""}


@given(st.lists(PLAIN, max_size=200))
@settings(max_examples=10, deadline=None)
def test_plain_words_are_what_meteor_leaves_as_they_are(texts):
    assert normalised_lines(texts) == texts


def test_letters_beyond_ascii_survive_any_locale(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Duser.language=tr")
    with TextJava() as java:
        assert normalise(["CAFÉ , 犬 TITLE"], java) == {"CAFÉ , 犬 TITLE": "café , 犬 title"}


def test_spaces_of_every_kind_become_one_space(java):
    assert normalise(["a \u00a0 dog\u3000barks"], java) == {
        "a \u00a0 dog\u3000barks": "a dog barks"
    }


def test_more_texts_than_one_request_holds_keep_their_order(java):
    texts = [f"dog-{number}" for number in range(2500)]
    assert normalise(texts, java) == {text: text.replace("-", " ") for text in texts}
