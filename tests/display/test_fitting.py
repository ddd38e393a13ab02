"""What of a table is shown where not all of it fits."""

from __future__ import annotations

import re

import pytest
from read_tables import read_open

from benchmark.display.tables import ON_REQUEST, WHOLE, Column, Table, View, render
from benchmark.display.widths import width_of

NAMES = ("short", "x" * 200, "猫と犬が鳴いている" * 12, "wsac-pd[encoder=ase,e\u0301=1]" * 3)
METRICS = tuple(f"metric-{at}" for at in range(12))


def table_of(*names, metrics=METRICS, notes=()):
    columns = [
        Column("#", lambda _: "1", order=0, flex="none", stays=True),
        Column("system", str, order=0, flex="cut"),
        *(
            Column(metric, lambda _, at=at: str(at), order=12 - at)
            for at, metric in enumerate(metrics)
        ),
    ]
    return Table(columns, names, "a title of some length", ["a note", *notes])


def shown(table, width):
    text = render([table], "text", view=View(width))
    assert max(map(width_of, text.split("\n"))) <= width, text
    return text


@pytest.mark.parametrize("width", [60, 80, 100, 120])
@pytest.mark.parametrize("n_rows", [1, 2, 5])
def test_no_line_is_wider_than_the_terminal(width, n_rows):
    for first in range(len(NAMES)):
        names = (NAMES * 2)[first : first + n_rows]
        text = shown(table_of(*names, notes=["word " * 40, "y" * 300]), width)
        told = "".join(text.split())
        assert all(name in told for name in names)


def test_what_fits_is_shown_as_it_is():
    text = shown(table_of("a", "b", metrics=METRICS[:3]), 80)
    assert read_open(text) == [
        [["#", "system", *METRICS[:3]], ["1", "a", "0", "1", "2"], ["1", "b", "0", "1", "2"]]
    ]
    assert "Columns left out" not in text


def test_columns_are_chosen_in_their_order_and_stand_in_their_places():
    (lines,) = read_open(shown(table_of(*"abcde"), 60))
    assert lines[0] == ["#", "system", *METRICS[-4:]]
    told = shown(table_of(*"abcde"), 60).replace("\n ", "")
    assert f"Columns left out: {', '.join(METRICS[:-4])}; --wide shows all." in told


def test_few_rows_are_turned_and_nothing_is_left_out():
    text = shown(table_of("a", "b"), 80)
    (lines,) = read_open(text)
    assert lines[0] == ["system", "a", "b"]
    assert lines[1:] == [["#", "1", "1"], *([m, str(at), str(at)] for at, m in enumerate(METRICS))]
    assert "Columns left out" not in text


def test_columns_on_request_are_in_whole_tables_only_and_brief_ones_never():
    columns = [
        Column("name", str),
        Column("more", str, order=ON_REQUEST),
        Column("brief", str, is_brief=True),
    ]
    table = Table(columns, ["a"])
    narrow = render([table], "text", view=View(80, cure="ask for it"))
    assert read_open(narrow)[0][0] == ["name", "brief"]
    assert "Columns left out: more; ask for it." in narrow
    whole = render([table], "text", view=WHOLE)
    assert "more" in whole
    assert "brief" not in whole
    assert "brief" not in render([table], "md")
    assert "more" in render([table], "md")


def test_a_second_line_that_makes_a_header_wide_stands_below():
    columns = [Column("system", str), Column("SBERT\n(a-long-model)", lambda _: "1")]
    text = shown(Table([*columns, *table_of("a").columns[2:]], [*"abcde"]), 80)
    assert read_open(text)[0][0][:2] == ["system", "SBERT"]
    assert "In full: SBERT (a-long-model)." in text
    two = [*columns, Column("SBERT\n(b-long-model)", lambda _: "1")]
    assert read_open(shown(Table(two, [*"abcde"]), 80))[0][1] == [
        "", "(a-long-model)", "(b-long-model)",
    ]  # fmt: skip


def test_long_cells_go_on_beside_or_below_their_rows():
    columns = [Column("option", str), Column("meaning", lambda _: "word " * 30, flex="below")]
    beside = shown(Table(columns, ["a", "b"]), 80)
    assert re.search(r"(?m)^a       word word", beside)
    filler = [Column(f"preset {at}", lambda _: "1" * 12, order=0) for at in range(4)]
    below = shown(Table([columns[0], *filler, columns[1]], ["a", "b"]), 80)
    assert below.count("\n    word word") == 4
    assert "Columns left out" not in below


def test_topics_stand_above_their_rows():
    table = Table([Column("option", str)], ["ab", "ac", "b"], topic=lambda row: f"of {row[0]}")
    assert shown(table, 80).split("\n") == [
        "option", "──────", "", "of a", "ab", "ac", "", "of b", "b",
    ]  # fmt: skip


def test_tones_are_for_terminals_that_obey_them_and_no_cell_brings_its_own():
    columns = [Column("name", str, tone=lambda row: "good"), Column("n", lambda _: "1")]
    table = Table(columns, ["\x1b[31mred"], tone=lambda row: "faint")
    plain = render([table], "text", view=View(80))
    painted = render([table], "text", view=View(80, is_painted=True))
    assert "\x1b" not in plain
    assert "\x1b[32m\\x1b[31mred\x1b[0m" in painted
    assert re.sub("\x1b\\[\\d+m", "", painted) == plain
    whole = render([table], "text", view=View(None, is_painted=True))
    assert re.sub("\x1b\\[\\d+m", "", whole) == render([table], "text")


def test_a_view_is_not_too_narrow_for_any_table():
    with pytest.raises(ValueError, match="width=59; expected 60 or more"):
        View(59)
