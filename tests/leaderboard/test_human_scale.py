"""The way from the best floor to human captions, and how sure it is."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import numpy as np
import pytest
from leaderboard_rows import cell
from leaderboard_rows import row as make_row
from run_records import contributions

from benchmark.contract import ClipClusters
from benchmark.leaderboard.human_scale import find_scale
from benchmark.leaderboard.ranking import rank_rows
from benchmark.leaderboard.tables import render

CLIPS = tuple(f"clip-{index:03d}" for index in range(150))


def row(name, value, *, noise=0.2, metric="cider_d", **changes):
    own = np.random.default_rng([*name.encode()]).normal(0, noise, len(CLIPS))
    clips = {metric: value + own - own.mean()}
    return make_row(
        name,
        metrics={metric: cell(value, metric=metric)},
        contributions=contributions(CLIPS, **clips),
        **changes,
    )


def ladder(*rows, floor=0.1, human=0.9, **options):
    return [
        row("low", floor - 0.05, kind="floor", **options),
        row("floor", floor, kind="floor", **options),
        row("human", human, kind="ceiling", **options),
        *rows,
    ]


def ways_of(rows, rank_by=None):
    standing = rank_rows(rows, rank_by)
    scale = find_scale(standing)
    return {row.system: way for row, way in zip(standing.rows, scale.ways, strict=True)}


def test_each_row_has_its_share_of_the_way_with_an_interval():
    ways = ways_of(ladder(row("half", 0.5)))
    assert {name: way.value for name, way in ways.items()} == pytest.approx(
        {"human": 1.0, "half": 0.5, "floor": 0.0, "low": -0.0625}
    )
    assert 0.4 < ways["half"].low < 0.5 < ways["half"].high < 0.6
    assert ways["low"].low < -0.0625 < ways["low"].high
    assert ways["human"][1:] == ways["floor"][1:] == (None, None)


def test_the_way_goes_down_where_less_is_better():
    rows = ladder(row("half", 0.5, metric="fer"), floor=0.9, human=0.1, metric="fer")
    ways = ways_of([each for each in rows if each.system != "low"], "fer")
    assert [*ways] == ["human", "half", "floor"]
    assert [way.value for way in ways.values()] == pytest.approx([1.0, 0.5, 0.0])
    assert ways["half"].low < 0.5 < ways["half"].high


def test_people_that_the_clips_do_not_tell_from_a_floor_bound_nothing():
    rows = ladder(row("half", 0.15, noise=3), human=0.2, noise=3)
    ways = ways_of(rows)
    assert ways["half"].value == pytest.approx(0.5)
    assert ways["half"].low is ways["half"].high is None
    assert "It has no bounds: these clips do not tell human from floor." in render(rows, "text")


def test_without_draws_there_is_a_share_and_no_interval():
    rows = [
        make_row("floor", 0.1, kind="floor"),
        make_row("human", 0.9, kind="ceiling"),
        make_row("half", 0.5),
    ]
    assert ways_of(rows)["half"] == pytest.approx((0.5, None, None))
    text = render(rows, "md")
    assert "Way to human: CIDEr-D of floor is 0, that of human 100." in text
    assert "no bounds" not in text


def test_without_a_floor_or_people_above_it_there_is_no_scale():
    assert find_scale(rank_rows([row("half", 0.5), row("human", 0.9, kind="ceiling")])) is None
    assert find_scale(rank_rows([row("half", 0.5), row("floor", 0.1, kind="floor")])) is None
    assert find_scale(rank_rows(ladder(human=0.05))) is None


def test_programs_read_share_and_bounds():
    half = ways_of(ladder(row("half", 0.5)))["half"]
    rows = json.loads(render(ladder(row("half", 0.5)), "json"))
    assert rows[3]["way_to_human"] == pytest.approx(half.to_json())
    assert rows[2]["way_to_human"] == {"value": 1.0, "low": None, "high": None}
    lines = [*csv.DictReader(io.StringIO(render(ladder(row("half", 0.5)), "csv")))]
    assert float(lines[3]["way_to_human"]) == pytest.approx(0.5)
    assert float(lines[3]["way_to_human.high"]) == pytest.approx(half.high)
    assert lines[2]["way_to_human.low"] == ""


def test_the_table_shows_it_in_full():
    text = render(ladder(row("half", 0.5)), "md")
    line = next(line for line in text.splitlines() if "| half" in line)
    low, high = (round(100 * bound) for bound in ways_of(ladder(row("half", 0.5)))["half"][1:])
    assert f"| 50 [{low}, {high}]" in " ".join(line.split())


def with_clusters(row, of_clip):
    plan = row.record.plan
    header = dataclasses.replace(plan.header, clusters=ClipClusters("recording", of_clip))
    record = dataclasses.replace(row.record, plan=dataclasses.replace(plan, header=header))
    return dataclasses.replace(row, records=(record,))


def test_whole_clusters_are_drawn_where_a_run_knows_them():
    rows = ladder(row("half", 0.5))
    alone = ways_of(rows)["half"]
    # A recording of the clips on which the row is good, and one of those on which it is bad.
    values = rows[-1].contributions.per_clip("cider_d")
    order = np.argsort(values)
    of_clip = {CLIPS[clip]: f"r{place // 10}" for place, clip in enumerate(order)}
    way = ways_of([with_clusters(each, of_clip) for each in rows])["half"]
    assert way.value == alone.value
    assert way.high - way.low > 1.5 * (alone.high - alone.low)
    one = ways_of([with_clusters(each, dict.fromkeys(CLIPS, "r")) for each in rows])["half"]
    assert (one.value, one.low, one.high) == (alone.value, None, None)
