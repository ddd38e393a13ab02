"""Rows that can be told apart, and rows that cannot."""

from __future__ import annotations

import dataclasses

import numpy as np
from test_tables import ROW

from benchmark.metrics.statistics import SystemStatistics
from benchmark.tables import render
from benchmark.tiers import resolved_gap, tiers_of

CLIPS = tuple(f"clip-{index:03d}" for index in range(200))
HARD = np.random.default_rng(0).exponential(0.4, size=len(CLIPS))  # what all systems share


def row(name, shift, noise, **changes):
    own = np.random.default_rng(len(name)).normal(shift, noise, size=len(CLIPS))
    values = HARD + own
    statistics = SystemStatistics(CLIPS, {"cider_d": values[np.newaxis, :, np.newaxis]})
    cell = dataclasses.replace(ROW.metrics["cider_d"], value=float(values.mean()))
    return dataclasses.replace(
        ROW, system=name, metrics={"cider_d": cell}, statistics=statistics, **changes
    )


GROUP = [row("first", 0.30, 0.1), row("seconds", 0.30, 0.1), row("thirdly", 0.1, 0.1)]


def test_rows_of_equal_systems_share_a_tier_and_a_worse_one_has_its_own():
    tiers = tiers_of(GROUP)
    assert tiers["first"] == tiers["seconds"] == 1
    assert tiers["thirdly"] == 2


def test_only_ranked_rows_have_tiers():
    floor = row("floor", -0.5, 0.1, kind="floor")
    failed = row("failed", 0.3, 0.1, n_failed=2)
    assert set(tiers_of([*GROUP, floor, failed])) == {"first", "seconds", "thirdly"}
    assert tiers_of([GROUP[0], floor, failed]) == {}


def test_the_resolved_gap_is_2_8_standard_errors_of_the_paired_difference():
    gap = resolved_gap(GROUP[:2])
    assert 0.8 < gap / (2.8 * 0.1 * np.sqrt(2 / len(CLIPS))) < 1.2
    assert resolved_gap(GROUP[:1]) is None


def test_a_table_prints_tiers_and_what_they_mean():
    text = render(GROUP, "text")
    assert "tier" in text.splitlines()[3]
    assert "Rows of one tier cannot be told from its best row" in text
    assert "power 80 %" in text
    assert "tier" not in render([GROUP[0]], "text")
