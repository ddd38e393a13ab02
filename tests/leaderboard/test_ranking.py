"""What tables rank by: SPIDEr where it is, else CIDEr-D, or what somebody asked for."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from leaderboard_rows import cell, row
from run_records import contributions
from timed_calls import latency_of

from benchmark.display.tables import NO_VALUE
from benchmark.errors import UnknownNameError, UsageError
from benchmark.leaderboard.pictures.pareto import weigh
from benchmark.leaderboard.pictures.trade_off import draw_trade_off
from benchmark.leaderboard.ranking import Ranking, group_rows, rank_rows
from benchmark.leaderboard.tables import render
from benchmark.metrics.catalogue import METRICS, require_rankable

CLIPS = tuple(f"clip-{index:03d}" for index in range(120))
HARD = np.random.default_rng(0).exponential(0.4, size=len(CLIPS))
RANKED = [key for key, metric in METRICS.items() if metric.higher_is_better is not None]


def scored(name, *, models=None, **values):
    """A row with the values of some metrics, its clips spread about them."""
    own = np.random.default_rng([*name.encode()]).normal(0, 0.02, len(CLIPS))
    clips = {
        key: value + own - own.mean()
        for key, value in values.items()
        if value is not None and METRICS[key].aggregation == "mean"
    }
    metrics = {
        key: cell(value, None if value is not None else "no jars", key,
                  [("model", (models or {})[key])] if key in (models or {}) else ())
        for key, value in values.items()
    }  # fmt: skip
    return row(name, metrics=metrics, contributions=contributions(CLIPS, **clips))


def names(rows, rank_by=None):
    return [row.system for row in rank_rows(rows, rank_by).rows]


def test_rows_are_ranked_by_spider_where_every_ranked_row_has_it():
    rows = [scored("a", cider_d=0.9, spider=0.2), scored("b", cider_d=0.1, spider=0.4)]
    assert names(rows) == ["b", "a"]
    text = render(rows, "text")
    assert "Ranked by SPIDEr.\n" in text
    assert "paired tests of SPIDEr, all pairs" in text
    assert "These clips resolve SPIDEr gaps of" in text


def test_a_floor_or_an_incomplete_row_without_spider_changes_nothing():
    rows = [scored("a", cider_d=0.9, spider=0.2), scored("b", cider_d=0.1, spider=0.4)]
    floor = row("floor", 0.5, kind="floor")
    broken = row("broken", 0.5, n_failed=1)
    assert names([*rows, floor, broken]) == ["b", "a", "broken", "floor"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([scored("a", cider_d=0.2)], "Ranked by CIDEr-D, as SPIDEr was not computed."),
        (
            [scored("a", cider_d=0.2, spider=None)],
            "Ranked by CIDEr-D, as SPIDEr is unavailable.",
        ),
        (
            [scored("a", cider_d=0.2, spider=0.3), scored("b", cider_d=0.2, spider=None)],
            "Ranked by CIDEr-D, as b has no SPIDEr (no jars).",
        ),
        (
            [scored("a", cider_d=0.2, spider=0.3), scored("b", cider_d=0.2)],
            "Ranked by CIDEr-D, as SPIDEr was not computed for b.",
        ),
        (
            [scored("a", rouge_l=0.2)],
            "Not ranked: no row has CIDEr-D, as SPIDEr was not computed.",
        ),
    ],
)
def test_a_table_without_spider_says_why_it_ranks_by_something_else(rows, said):
    assert said in render(rows, "text")


def test_a_row_without_the_metric_has_no_rank_and_stands_last():
    rows = [scored("a", cider_d=0.9), scored("b", cider_d=0.1, fense=0.3)]
    assert names(rows, "fense") == ["b", "a"]
    lines = [line.split("│")[1:3] for line in render(rows, "text", rank_by="fense").splitlines()
             if "│" in line][1:]  # fmt: skip
    assert [[part.strip() for part in line] for line in lines] == [["1", "b"], [NO_VALUE, "a"]]


@pytest.mark.parametrize("key", RANKED)
def test_rows_are_ranked_by_any_metric_with_a_better_end(key):
    rows = [scored("low", **{key: 0.2}), scored("high", **{key: 0.6})]
    is_higher_better = METRICS[key].higher_is_better
    assert names(rows, key) == (["high", "low"] if is_higher_better else ["low", "high"])
    text = render(rows, "md", rank_by=key)
    assert f"Ranked by {METRICS[key].label}" in text
    assert ("less is better" in text) is not is_higher_better
    if METRICS[key].in_table:
        assert "60.0 [59.0, 61.0]" in text


def test_tiers_and_interval_follow_the_metric_that_ranks():
    rows = [
        scored("a", cider_d=0.50, spice=0.30, fer=0.1),
        scored("bb", cider_d=0.51, spice=0.10, fer=0.4),
    ]
    by_cider, by_spice, by_fer = (render(rows, "md", rank_by=key)
                                  for key in ("cider_d", "spice", "fer"))  # fmt: skip
    assert "50.0 [49.0, 51.0]" in by_cider
    assert "30.0 [29.0, 31.0]" in by_spice
    assert "50.0 [" not in by_spice
    header, _, first, second = by_fer.splitlines()[2:6]
    at = [name.strip() for name in header.split("|")].index("tier")
    assert [line.split("|")[at].strip() for line in (first, second)] == ["1", "2"]
    assert first.split("|")[2].strip() == "a"


def test_a_metric_of_two_models_ranks_nothing():
    rows = [
        scored("a", sbert_sim=0.4, models={"sbert_sim": "tiny"}),
        scored("b", sbert_sim=0.5, models={"sbert_sim": "large"}),
    ]
    with pytest.raises(UsageError, match=r"several models \(tiny, large\)"):
        group_rows(rows, "sbert_sim")
    assert len(group_rows(rows)) == 1


def test_each_table_chooses_for_itself():
    with_spider = scored("a", cider_d=0.9, spider=0.2)
    without = row("b", 0.5, clips_sha256="cd" * 32)
    text = render([with_spider, without], "text")
    assert "Ranked by SPIDEr." in text
    assert "Ranked by CIDEr-D, as SPIDEr was not computed." in text


def test_what_says_nothing_of_better_and_worse_is_not_ranked_by():
    with pytest.raises(UsageError, match=r"vocab\.cands describes captions.*one of bleu_1, "):
        require_rankable("vocab.cands")
    with pytest.raises(UnknownNameError, match="Did you mean 'spider_fl'"):
        require_rankable("spider-fl")
    assert require_rankable("fer") == "fer"


def test_a_picture_shows_the_metric_that_ranks_and_its_front_goes_the_right_way():
    metrics = [{"fer": cell(value, metric="fer")} for value in (0.4, 0.2, 0.3)]
    rows = [
        row(name, metrics=metric, latency=latency_of(seconds))
        for name, metric, seconds in zip("abc", metrics, (0.01, 0.02, 0.03), strict=True)
    ]
    found = weigh(rows, "fer")
    assert found.ranking == Ranking("fer")
    assert [point.name for point in found.front] == ["a", "b"]
    assert draw_trade_off(found, "t").axes[0].get_ylabel() == "FER x100, less is better"


def test_json_and_csv_hold_every_interval_whatever_ranks():
    rows = [scored("a", cider_d=0.5, spider=0.3, fense=0.4)]
    (record,) = json.loads(render(rows, "json", rank_by="fense"))
    assert record["metrics"]["spider"]["low"] == pytest.approx(0.29)
    (line,) = csv.DictReader(io.StringIO(render(rows, "csv", rank_by="fense")))
    assert float(line["spider.high"]) == pytest.approx(0.31)


def test_equal_values_share_a_rank_and_the_next_counts_both():
    rows = [scored("one", cider_d=0.5), scored("two", cider_d=0.5), scored("three", cider_d=0.4)]
    assert rank_rows(rows).ranks() == [1, 1, 3]
    text = render([*rows, scored("none", cider_d=None)], "md")
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    assert [line.split("|")[1].strip() for line in lines[1:5]] == ["1", "1", "3", NO_VALUE]
