"""Many rows held against each other say what their table says, and why rows are left out."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import pytest
from leaderboard_rows import cell
from many_rows import CLIPS, ROWS, row

from benchmark.display.tables import View
from benchmark.display.widths import width_of
from benchmark.errors import DataError, UsageError
from benchmark.leaderboard.matrix import compare_rows
from benchmark.leaderboard.tables.matrix import render_matrix
from benchmark.leaderboard.tiers import tiers_of


def verdicts(matrix):
    return {(one.name, other.name): held.verdict for one, other, held in matrix.pairs()}


def test_rows_stand_as_in_their_table_and_every_pair_has_a_verdict():
    matrix = compare_rows(ROWS)
    assert [each.name for each in matrix.rows] == ["first", "seconds", "middle..", "poor"]
    assert matrix.tiers == tiers_of(matrix.standing)
    found = verdicts(matrix)
    assert found["first", "poor"] == "better"
    assert found["first", "seconds"] == "not distinguishable"
    assert matrix.hold(3, 0).verdict == "worse"
    assert matrix.hold(3, 0).difference == -matrix.hold(0, 3).difference


def test_a_row_of_a_later_tier_is_worse_than_all_above():
    matrix = compare_rows(ROWS)
    for first, tier in enumerate(matrix.tiers):
        for second in range(first + 1, len(matrix.rows)):
            if matrix.tiers[second] > tier:
                assert matrix.hold(first, second).verdict == "better"


def test_intervals_hold_the_difference_and_what_is_open_says_what_would_have_been_called():
    matrix = compare_rows(ROWS)
    for _, _, held in matrix.pairs():
        assert held.low < held.difference < held.high
        assert held.detectable > (held.high - held.low) / 2


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_terminal_has_a_mark_a_pair(width):
    text = render_matrix(compare_rows(ROWS), "text", View(width))
    assert max(map(width_of, text.split("\n"))) <= width
    line = next(line for line in text.splitlines() if line.lstrip().startswith("4"))
    assert line.split()[1] == "poor"
    assert line.rstrip().endswith("<  <  <")


def test_programs_read_each_pair_unrounded():
    matrix = compare_rows(ROWS)
    content = json.loads(render_matrix(matrix, "json"))
    assert [each["rank"] for each in content["rows"]] == [1, 2, 3, 4]
    assert [each["tier"] for each in content["rows"]] == matrix.tiers
    lines = list(csv.DictReader(io.StringIO(render_matrix(matrix, "csv"))))
    assert len(lines) == len(content["pairs"]) == 6
    assert float(lines[0]["low"]) == content["pairs"][0]["low"]
    assert content["metric"] == "cider_d"


def test_equal_rows_share_a_rank_and_are_the_same_on_every_clip():
    twin = dataclasses.replace(row("tinyer", 0.1, seed=4), mark="")
    matrix = compare_rows([*ROWS, twin])  # as "poor", whose name has four letters
    assert matrix.standing.ranks() == [1, 2, 3, 4, 4]
    assert verdicts(matrix)["poor", "tinyer"] == "same on every clip"
    assert matrix.hold(3, 4).detectable is None
    assert "= the same on every clip" in " ".join(render_matrix(matrix, "md").split())
    assert json.loads(render_matrix(matrix, "json"))["pairs"][-1]["detectable"] is None


def test_what_is_not_held_is_named_with_the_reason():
    others = [
        row("floor", 0.0, kind="floor"),
        row("failed!!", 0.3, n_failed=2),
        row("fewer", 0.3, clips=CLIPS[:90]),
        row("silent", 0.3, metrics={"cider_d": cell(None, "too quiet")}),
    ]
    matrix = compare_rows([*ROWS, *others])
    assert len(matrix.rows) == 4
    reasons = {title.rpartition("::")[2]: why for title, why in matrix.left_out.items()}
    assert reasons["floor"] == "not ranked (floor)"
    assert reasons["failed!!"].startswith("incomplete")
    assert reasons["fewer"].startswith("over 90 other clips")
    assert reasons["silent"] == "no CIDEr-D: too quiet"
    assert "Left out, not ranked (floor): runs/1::floor." in render_matrix(matrix, "md")
    with pytest.raises(DataError, match=r"1 ranked rows over the same clips; expected two"):
        compare_rows([ROWS[0], *others])


def test_few_clips_few_draws_and_a_metric_of_nobody_are_refused_or_told():
    few = [row(name, shift, clips=CLIPS[:5]) for name, shift in (("one", 9.0), ("other", 0.0))]
    matrix = compare_rows(few)
    assert matrix.tiers == [None, None]
    assert verdicts(matrix) == {("one", "other"): "too few clips"}
    assert "5 clips are too few to tell rows apart" in render_matrix(matrix, "md")
    with pytest.raises(UsageError, match=r"10 draws can never call .* expected 19 or"):
        compare_rows(ROWS, n_draws=10)
    with pytest.raises(UsageError, match="no row has FENSE"):
        compare_rows(ROWS, "fense")


def test_values_made_otherwise_have_no_verdict():
    odd = row("poorer", 0.1)
    other = cell(odd.value("cider_d"), parts=[("tok", "spaces")])
    matrix = compare_rows([*ROWS, dataclasses.replace(odd, metrics={"cider_d": other})])
    found = verdicts(matrix)
    assert {each for pair, each in found.items() if "poorer" in pair} == {"not to be compared"}
    assert "not to be compared" in render_matrix(matrix, "md")
