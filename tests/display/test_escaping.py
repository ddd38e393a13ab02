"""Text that others wrote is shown in every format and obeyed in none."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from read_tables import read_markdown

from benchmark.display.escaping import (
    escape_cell,
    escape_json,
    escape_summary,
    escape_xml,
    show_controls,
    show_line,
    show_log,
    unescape_cell,
)
from benchmark.display.records import to_csv, to_json

ANY = st.text(st.characters(codec=None), max_size=12)
TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
WHAT_STEERS = "\x00\x07\x08\x1b\x7f\x9b\x9d\u2028\u2029\ufeff\udcff\U000e0041" + TURNING


@given(ANY)
@example(WHAT_STEERS)
def test_what_is_shown_holds_nothing_that_steers_and_is_not_escaped_twice(text):
    shown = show_controls(text)
    assert not set(WHAT_STEERS) & set(shown)
    assert all(unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") for c in shown if c != "\n")
    assert show_controls(shown) == shown
    assert show_log(show_log(text)) == show_log(text)
    assert "\n" not in show_line(text)
    shown.encode()


def test_words_of_any_language_stay_as_they_are():
    for text in (
        "a dog barks",
        "הכלב נובח",
        "الكلب ينبح",
        "犬が吠える",
        "👩\u200d🚀 é ü",
        "a\u200cb",
    ):
        assert show_controls(text) == text


@given(ANY)
@example("a\u202e\x9b\udcff\U000e0041")
def test_json_is_read_back_as_it_was_and_its_source_steers_nothing(text):
    for is_ascii in (True, False):
        source = to_json({"a": text}, is_ascii=is_ascii)
        halves = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        assert json.loads(source) == {"a": halves}
        assert show_controls(source) == source
        assert escape_json(source) == source


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "-", "=",
    "-1 [=cmd|' /C calc'!A0]", "+cmd", "-2+3+cmd|' /C calc'!A0", "-a dog", "@x"])  # fmt: skip
def test_no_cell_of_csv_is_a_formula(cell):
    ((name,), (value,)) = csv.reader(io.StringIO(to_csv([{cell: cell}]), newline=""))
    assert name == value == show_controls(f"'{cell}")
    assert unescape_cell(value) == show_controls(cell)


@pytest.mark.parametrize("cell", ["-1.5", "+3", "-1e-06", "-0.3 [-1.2, 0.4]",
    "-1.5 %†", "-0SdAVK79lg", "-0SdAVK79lg.wav", "--aE2O5G5WE.wav",
    "a=b", "'", "'a", ""])  # fmt: skip
def test_numbers_and_names_of_clips_stay_as_they_are(cell):
    assert escape_cell(cell) == cell
    assert unescape_cell(cell) == cell


def test_numbers_that_are_numbers_are_no_text():
    assert to_csv([{"a": -1.5, "b": None, "c": float("nan"), "d": True}]) == "a,b,c,d\n-1.5,,,True"


@given(ANY)
@example("\x00\x1b]\ufffe\uffff\udcff<b>&\u202e")
def test_xml_takes_any_text(text):
    element = ElementTree.Element("case", name=escape_xml(text))
    element.text = escape_xml(text)
    read = ElementTree.fromstring(ElementTree.tostring(element, encoding="unicode"))
    assert (read.text or "") == escape_xml(text)
    assert show_controls(escape_xml(text)) == escape_xml(text)


@pytest.mark.parametrize("text", ["<script>x</script>", "`a`", "[x](javascript:y)",
    "![x](y)", "a\n# b\n\n<b>"])  # fmt: skip
def test_a_line_of_a_summary_is_one_line_without_markup(text):
    line = escape_summary(text)
    assert "\n" not in line
    assert not {"<", "`", "["} & set(line)
    (_, (cell,)) = read_markdown(f"| a |\n|:--|\n| {line} |")
    assert cell == " ".join(text.split())
