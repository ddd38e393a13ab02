"""Rows held against one of their table: a smaller family than all pairs, which sees more."""

from __future__ import annotations

import json

import pytest
from leaderboard_rows import cell
from many_rows import ROWS, row

from benchmark.errors import UnknownNameError, UsageError
from benchmark.leaderboard.against import hold_against
from benchmark.leaderboard.matrix import compare_rows
from benchmark.leaderboard.ranking import rank_rows
from benchmark.leaderboard.tables import render


def held_by_name(rows, name):
    against = hold_against(rank_rows(rows), name)
    return {against.standing.rows[place].name: held for place, held in against.held.items()}


def test_every_other_row_has_its_difference_from_the_named_one():
    found = held_by_name(ROWS, "first")
    assert set(found) == {"seconds", "middle..", "poor"}
    assert found["poor"].verdict == "worse"
    assert found["poor"].difference < found["poor"].high < 0
    assert found["seconds"].verdict == "not distinguishable"


def test_intervals_are_narrower_than_those_of_all_pairs():
    matrix = compare_rows(ROWS)
    places = {each.name: place for place, each in enumerate(matrix.rows)}
    for name, held in held_by_name(ROWS, "first").items():
        of_all = matrix.hold(places[name], places["first"])
        assert held.difference == of_all.difference
        assert held.high - held.low < of_all.high - of_all.low
        assert held.p <= of_all.p
        assert held.detectable < of_all.detectable


def test_floors_are_held_too_and_rows_without_a_value_are_named():
    rows = [*ROWS, row("floor", -0.5, kind="floor"),
            row("silent", 0.3, metrics={"cider_d": cell(None, "too quiet")})]  # fmt: skip
    assert held_by_name(rows, "first")["floor"].verdict == "worse"
    text = render(rows, "md", against="first")
    assert "Held against first, CIDEr-D" in text
    assert "Not held, for want of a value or of its statistics: silent." in text
    assert held_by_name(rows, "floor")["poor"].verdict == "better"
    with pytest.raises(UsageError, match="silent has no statistics of CIDEr-D"):
        hold_against(rank_rows(rows), "silent")


def test_a_name_that_no_table_has_or_several_rows_have_is_refused():
    with pytest.raises(UnknownNameError, match="Did you mean 'seconds'"):
        render(ROWS, "md", against="second")
    again = row("first", 0.4, seed=77, run="runs/2")
    with pytest.raises(UsageError, match="2 rows; say which: runs/1::first or runs/2::first"):
        hold_against(rank_rows([*ROWS, again]), "first")
    assert "first" in held_by_name([*ROWS, again], "runs/2::first")


def test_programs_read_rank_tier_and_how_rows_stand():
    records = json.loads(render(ROWS, "json", against="first"))
    by_name = {record["system"]: record for record in records}
    assert [record["system"] for record in records] == [each.name for each in ROWS]
    assert (by_name["first"]["rank"], by_name["poor"]["rank"]) == (1, 4)
    assert by_name["first"]["tier"] == 1
    assert by_name["poor"]["tier"] > 1
    assert by_name["poor"]["differs_from"] == ["first", "seconds", "middle.."]
    assert by_name["poor"]["ranked_by"] == "cider_d"
    assert by_name["poor"]["against"]["verdict"] == "worse"
    assert by_name["first"]["against"] is None
    header, *lines = render(ROWS, "csv", against="first").splitlines()
    assert {"rank", "tier", "ranked_by", "differs_from", "against.verdict"} <= set(
        header.split(",")
    )
    assert len(lines) == len(ROWS)
    assert "against" not in json.loads(render(ROWS, "json"))[0]
