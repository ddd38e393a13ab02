"""Text measured and cut as a terminal shows it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.display.widths import fold, pad, shorten, shorten_apart, width_of

WORDS = st.text(alphabet="ab é猫犬\u0301❤\ufe0f👨\u200d👩", max_size=60)


@pytest.mark.parametrize(
    ("text", "width"),
    [("猫", 2), ("e\u0301", 1), ("👨\u200d👩\u200d👧", 2), ("🇫🇷", 2), ("a\n猫猫", 4), ("", 0)],
)
def test_letters_count_as_many_columns_as_they_take(text, width):
    assert width_of(text) == width
    assert width_of(pad(text, 6, "left").split("\n")[-1]) >= width


@given(text=WORDS, width=st.integers(4, 30))
def test_no_line_of_a_broken_text_is_wider_and_no_letter_is_lost(text, width):
    lines = fold(text, width, "  ")
    assert all(width_of(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_lines_break_between_words_and_only_too_long_words_are_cut():
    assert fold("one two three", 8, "  ") == ["one two", "  three"]
    assert fold("a " + "x" * 12, 8, " ") == ["a", " xxxxxxx", " xxxxx"]


@given(text=WORDS, width=st.integers(4, 30))
def test_a_shortened_name_is_no_wider_and_keeps_both_ends(text, width):
    short = shorten(text, width)
    assert width_of(short) <= width
    assert short == text or "…" in short


def test_the_middle_goes():
    assert shorten("wsac-pd[encoder=ase,temperature=0.02]", 16) == "wsac-pd[…e=0.02]"
    assert shorten("猫" * 10, 9) == "猫猫…猫猫"
    assert shorten("short", 5) == "short"
    assert shorten("aa犬\u200daa", 4) == "aa…a"


def test_names_that_differ_still_do():
    names = [f"system-{letter}-of-the-same-family" for letter in "abc"]
    assert shorten_apart([*names, names[0]], [12] * 4) == [
        "system…amily", "syste…2…mily", "syste…3…mily", "system…amily",
    ]  # fmt: skip
    assert shorten_apart(["abcdefgh…xyz", "abcdefgh-and-much-xyz"], [12, 12])[0] == "abcdefgh…xyz"
    assert len(set(shorten_apart(["abcdef…uvwxyz", "abcdefg-and-rstuvwxyz"], [13, 13]))) == 2
