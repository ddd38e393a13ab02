"""What strangers raise, spelt so that every file and terminal takes it."""

from __future__ import annotations

import pytest

from benchmark.errors import (
    MOST_OF_A_MESSAGE,
    MOST_OF_A_TRACE,
    describe,
    harmless,
    shown,
    trace_of,
    why_unwritable,
)


class Mute(Exception):
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


def raised(error):
    try:
        raise error
    except type(error) as caught:
        return caught


def test_a_short_message_is_spelt_as_it_is():
    assert describe(ValueError("5 °C,\n\tnot 6 “°C”")) == "ValueError: 5 °C,\n\tnot 6 “°C”"


def test_a_long_message_is_cut_and_says_how_long_it_was():
    text = describe(ValueError("x" * 10_000_000))
    assert text.startswith("ValueError: xxx")
    assert text.endswith("xxx … (10,000,012 characters)")
    assert len(text) < MOST_OF_A_MESSAGE + 40


def test_a_traceback_of_a_long_message_still_says_where_it_was_raised():
    trace = trace_of(raised(ValueError("x" * 10_000_000)))
    assert "in raised\n" in trace
    assert len(trace) < 2 * MOST_OF_A_MESSAGE


def test_of_a_long_traceback_both_ends_are_kept():
    error: BaseException = ValueError("the first of all")
    for number in range(2_000):
        error, error.__cause__ = RuntimeError(f"number {number}"), error
    trace = trace_of(error)
    assert trace.startswith("ValueError: the first of all\n")
    assert trace.endswith("RuntimeError: number 1999\n")
    assert "characters left out" in trace
    assert len(trace) < MOST_OF_A_TRACE + 80


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("a\x00b\x07", r"a\x00b\x07"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("over\rwritten\x85", r"over\rwritten\x85"),
        ("a\u202eb\u2028c", r"a\u202eb\u2028c"),
        ("half \ud800 of one", r"half \ud800 of one"),
        ("fünf 犬 😀\u00a0!", "fünf 犬 😀\u00a0!"),
    ],
)
def test_what_moves_a_cursor_or_has_no_utf_8_is_escaped(text, spelt):
    assert harmless(text, 100) == spelt
    assert describe(ValueError(text)) == f"ValueError: {spelt}"
    assert spelt in trace_of(raised(ValueError(text)))


def test_an_exception_that_cannot_be_spelt_is_told_by_its_type():
    assert describe(Mute()) == "Mute: (it cannot be spelt: RuntimeError)"
    assert "in raised\n" in trace_of(raised(Mute()))
    assert shown(Mute()) == "a Mute without a repr"


def test_a_value_is_shown_in_one_short_line():
    assert shown("a\x07") == r"'a\x07'"
    assert shown("y" * 500) == "'" + "y" * 79 + " … (502 characters)"


def test_half_a_surrogate_pair_is_all_that_no_file_can_hold():
    assert why_unwritable("a dog, 犬 \x00 \U0001f600") is None
    assert why_unwritable("a \ud800 dog") == (
        r"holds half a surrogate pair, '\ud800', which has no UTF-8 form"
    )
