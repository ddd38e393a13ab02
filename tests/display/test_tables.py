"""One renderer for all tables: six formats, in each of which a cell is read back as it was."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from read_tables import read_html, read_latex, read_markdown, read_text

from benchmark.display.escaping import escape_cell, show_controls, unescape_cell
from benchmark.display.tables import FORMATS, NO_VALUE, Column, Table, render

PEOPLE = {"text": read_text, "md": read_markdown, "latex": read_latex, "html": read_html}
PIECES = st.sampled_from(
    ["|", "<script>alert(1)</script>", "\n", "\r", "\r\n", "\t", "\x1b[31m", "\x00", "\u2028",
     "&amp;", "&", "%", "$", "#", "_", "{", "}", "~", "^", "\\", "[", "](x)", "*", "`", "**", "--",
     "<!--", "=", "+", "-", "@", "=1+1", ",", '"', "'", " ", "a", "é", "猫", "![x](y)", "1."]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=12), st.lists(PIECES, max_size=8).map("".join))


def table_of(*cells, **fields):
    columns = [
        Column("name", lambda row: row[0], stays=True),
        Column("said", lambda row: row[1], side="left", stays=True),
    ]
    return Table(columns, cells, **fields)


def as_seen(cell):
    """Return what people see: controls spelt out, one line, nothing around it."""
    return show_controls(cell).replace("\n", " ").strip()


@given(name=TEXTS, said=TEXTS)
@example(name="* a", said="*b* _c_ ~~d~~ `e`")
@example(name="[2pt]", said=r"a\|b \* \\")
@example(name="\r", said="=HYPERLINK('x')")
@pytest.mark.parametrize("form", ["md", "latex", "html"])
def test_people_read_any_text_as_it_was_on_one_line(form, name, said):
    # Line feeds are spaces, and those around a break are of no account.
    name, said = (" ".join(text.replace("\n", " ").split(" ")) for text in (name, said))
    _, row = PEOPLE[form](render([table_of((name, said))], form))
    assert row == [as_seen(name), as_seen(said)]


@given(name=TEXTS, said=TEXTS)
def test_a_terminal_shows_any_text_and_obeys_none(name, said):
    name, said = (text.replace("\n", " ").replace("│", "?") for text in (name, said))
    text = render([table_of((name, said))], "text")
    assert read_text(text)[1] == [as_seen(name), as_seen(said)]
    assert show_controls(text) == text


@given(name=TEXTS, said=TEXTS)
@example(name="\r", said="a\rb")
@example(name="=1+1", said="@x")
def test_programs_read_any_text_unchanged_but_for_what_csv_may_not_hold(name, said):
    table = table_of((name, said))
    spelt = [None if cell == NO_VALUE else cell for cell in (name, said)]
    (record,) = json.loads(render([table], "json"))["rows"]
    assert list(record.values()) == spelt
    lines = list(csv.reader(io.StringIO(render([table], "csv"), newline="")))
    assert lines == [["name", "said"], [escape_cell(cell or "") for cell in spelt]]
    assert [unescape_cell(cell) for cell in lines[1]] == [show_controls(c or "") for c in spelt]


@given(title=TEXTS, note=TEXTS, sentence=TEXTS)
def test_no_title_note_or_sentence_is_markup(title, note, sentence):
    parts = [table_of(("a", "b"), title=f"t{title}", notes=[f"n{note}"]), f"s{sentence}"]
    assert len(read_html(render(parts, "html"))) == 2
    assert len(read_markdown(render(parts, "md"))) == 2
    for form in ("md", "html"):
        assert "<script" not in render(parts, form)


def test_a_line_break_in_a_header_or_cell_is_one_in_text_and_a_space_elsewhere():
    table = Table([Column("system", str), Column("p\nHolm", lambda _: "x\ny")], ["a"])
    text = read_text(render([table], "text"))
    assert text == [["system", "p"], ["", "Holm"], ["a", "x"], ["", "y"]]
    for form in ("md", "latex", "html"):
        assert PEOPLE[form](render([table], form)) == [["system", "p Holm"], ["a", "x y"]]


def test_a_column_in_which_no_row_has_a_value_is_left_out_unless_it_stays():
    columns = [
        Column("name", str),
        Column("never", lambda _: NO_VALUE),
        Column("seldom", lambda row: "1" if row == "a" else NO_VALUE),
        Column("always", lambda _: NO_VALUE, stays=True),
    ]
    for form, read in PEOPLE.items():
        assert read(render([Table(columns, ["a", "b"])], form))[0] == ["name", "seldom", "always"]
        header, *_ = read(render([Table(columns, [])], form))
        assert header == ["name", "never", "seldom", "always"]


def test_numbers_stand_to_the_right_with_interval_and_spread_and_words_to_the_left():
    cells = ("-1.5 [0.1, 2] ±0.3", "1,045", "1e-06", NO_VALUE, "85 %", "pass")
    columns = [Column(str(at), lambda row, at=at: row[at], stays=True) for at in range(len(cells))]
    table = Table([Column("first", lambda _: "7"), *columns], [cells])
    assert r"\begin{tabular}{lrrrrll}" in render([table], "latex")


def test_github_shows_on_which_side_cells_stand_and_notes_as_a_list():
    columns = [Column("name|a", str), Column("value", lambda _: "1.5")]
    text = render([Table(columns, ["x|y"], "Title", ["one", "# two"])], "md")
    page = MarkdownIt("commonmark").enable("table").render(text)
    assert '<th style="text-align:right">value</th>' in page
    assert '<td style="text-align:left">x|y</td>' in page
    assert "<li>one</li>\n<li># two</li>" in page


def test_csv_of_tables_of_one_name_is_one_table_and_else_names_them():
    first, second = table_of(("a", "b"), name="x"), table_of(("c", "d"), name="x")
    other = table_of(("e", "f"), name="y", records=[{"name": "e", "value": 0.1234567}])
    assert render([first, "a sentence", second], "csv") == "name,said\na,b\nc,d"
    assert render([first, other], "csv").splitlines() == [
        "table,name,said,value", "x,a,b,", "y,e,,0.1234567",
    ]  # fmt: skip


def test_json_holds_records_by_table_or_what_the_caller_measured():
    table = table_of(("a", NO_VALUE), name="x")
    assert json.loads(render([table, "a sentence"], "json")) == {"x": [{"name": "a", "said": None}]}
    assert json.loads(render([table], "json", {"value": 0.1})) == {"value": 0.1}


def test_a_title_is_a_heading_and_one_with_a_colon_leads_in():
    assert render([table_of(title="Clips")], "md").startswith("### Clips\n")
    assert render([table_of(title="Clips:")], "md").startswith("Clips:\n")
    assert r"\caption{Clips}" in render([table_of(title="Clips:")], "latex")
    assert "<caption>Clips</caption>" in render([table_of(title="Clips:")], "html")


def test_every_format_renders_nothing_at_all():
    for form in FORMATS:
        assert isinstance(render([], form), str)
