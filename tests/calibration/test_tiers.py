"""Tiers part equal rows in five tables of a hundred, whatever their number, and no neighbours."""

from __future__ import annotations

import numpy as np
import pytest
from equal_rows import CLOTHO, equal_rows, ranked

from benchmark.stats import Sample, compare_all, find_tiers, paired_p_values
from benchmark.stats.power import Rate


def above_level(rate):
    """By how many standard errors of the promise a rate lies above 5 %."""
    return (rate.value - 0.05) / np.sqrt(0.05 * 0.95 / rate.n_trials)


@pytest.mark.parametrize("n_rows", [2, 5, 10, 30])
def test_equal_rows_are_told_apart_in_five_tables_of_a_hundred(n_rows, n_trials, tell):
    rng = np.random.default_rng([1, n_rows])
    n = n_trials(120 // n_rows, 2000)
    apart = parted = 0
    for _ in range(n):
        pairs = compare_all(ranked(equal_rows(rng, n_rows)), n_draws=199)
        apart += (pairs.p_values <= 0.05).any()
        parted += find_tiers(pairs)[-1] > 1
    tell(f"{n_rows} equal rows, 120 clips, tables in which any two differ", Rate(apart, n))
    tell(f"{n_rows} equal rows, 120 clips, tables of more than one tier", Rate(parted, n))
    assert parted <= apart
    assert abs(above_level(Rate(apart, n))) <= 4


def test_equal_rows_of_clotho_are_told_apart_as_seldom(n_trials, tell):
    rng = np.random.default_rng(2)
    n = n_trials(4, 500)
    apart = sum(
        (compare_all(ranked(equal_rows(rng, 10, CLOTHO)), n_draws=199).p_values <= 0.05).any()
        for _ in range(n)
    )
    tell("10 equal rows, Clotho's 1,045 clips, tables in which any two differ", Rate(int(apart), n))
    assert above_level(Rate(int(apart), n)) <= 4


def test_equal_rows_stay_together_beside_others_that_differ(n_trials, tell):
    """Three rows are equal and of unlike noise; two are plainly better, and by steps worse."""
    rng = np.random.default_rng(3)
    n = n_trials(20, 2000)
    apart = 0
    for _ in range(n):
        values = equal_rows(rng, 6)
        centre = values.mean(axis=0)
        values[1] = centre + 0.5 * (values[1] - centre)
        values[3:] += np.array([[60.0], [45.0], [-12.0]])
        found = compare_all([Sample.of_mean(row) for row in values], n_draws=199)
        apart += (found.p_values[:3, :3] <= 0.05).any()
    tell("3 equal rows beside 3 others, tables in which equal ones differ", Rate(int(apart), n))
    assert above_level(Rate(int(apart), n)) <= 4


@pytest.mark.parametrize("n_rows", [2, 5, 10, 30])
def test_a_leader_that_is_better_by_what_clips_resolve_is_told_apart_in_four_of_five(
    n_rows, n_trials, tell
):
    rng = np.random.default_rng([4, n_rows])
    gap = np.median(
        [
            np.nanmedian(compare_all(ranked(equal_rows(rng, n_rows)), n_draws=999).detectable)
            for _ in range(n_trials(1, 5))
        ]
    )
    n = n_trials(120 // n_rows, 1000)
    hits = 0
    for _ in range(n):
        values = equal_rows(rng, n_rows)
        values[0] += gap
        found = compare_all([Sample.of_mean(row) for row in values], n_draws=199)
        hits += found.differs(0, 1) and found.differences[0, 1] > 0
    rate = Rate(int(hits), n)
    tell(f"{n_rows} rows, the first better by the {gap:.1f} that is resolved, told from one", rate)
    assert rate.value >= 0.8 - 4 * np.sqrt(0.8 * 0.2 / n)


def test_boundaries_part_no_neighbours_that_the_test_cannot_tell_apart(n_trials, tell):
    """Tables of unlike rows; every pair over a boundary differs alone, as `bench compare` says."""
    rng = np.random.default_rng(5)
    n_boundaries = n_near = n_crossing = n_opposite = 0
    for _ in range(n_trials(6, 500)):
        values = equal_rows(rng, 8) + rng.normal(0, 10, size=(8, 1))
        samples = ranked(values)
        pairs = compare_all(samples, n_draws=999)
        tiers = np.array(find_tiers(pairs))
        firsts, seconds = np.triu_indices(8, k=1)
        sides = [(samples[i], samples[j]) for i, j in zip(firsts, seconds, strict=True)]
        alone = np.array(paired_p_values(sides, 999))
        crosses = tiers[firsts] != tiers[seconds]
        is_next = crosses & (seconds == firsts + 1)
        n_boundaries += int(is_next.sum())
        n_near += int((is_next & (alone > 0.05)).sum())
        n_crossing += int(crosses.sum())
        n_opposite += int((crosses & (alone > 0.05)).sum())
    assert n_boundaries > 0
    tell("boundaries between neighbours that do not differ", Rate(n_near, n_boundaries))
    tell("pairs of unlike tiers that a test of the two does not tell apart",
         Rate(n_opposite, n_crossing))  # fmt: skip
    assert n_near == n_opposite == 0


def test_intervals_of_all_pairs_hold_the_truth_in_95_tables_of_a_hundred(n_trials, tell):
    rng = np.random.default_rng(6)
    n = n_trials(30, 2000)
    hits = 0
    shifts = np.array([[0.0], [3.0], [8.0], [30.0]])
    for _ in range(n):
        values = equal_rows(rng, 4) + shifts
        found = compare_all([Sample.of_mean(row) for row in values], n_draws=199)
        true = shifts - shifts.T
        hits += bool(((found.low <= true) & (true <= found.high)).all())
    rate = Rate(hits, n)
    tell("tables of 4 rows all of whose intervals hold the true difference", rate)
    assert abs(rate.value - 0.95) <= 4 * np.sqrt(0.95 * 0.05 / n)


@pytest.mark.parametrize("n_clips", [6, 10, 20])
def test_few_clips_tell_equal_rows_apart_no_more_often(n_clips, n_trials, tell):
    rng = np.random.default_rng([7, n_clips])
    n = n_trials(30, 2000)
    apart = 0
    for _ in range(n):
        samples = ranked(equal_rows(rng, 5, n_clips=n_clips))
        apart += (compare_all(samples, n_draws=199).p_values <= 0.05).any()
    tell(f"5 equal rows, {n_clips} clips, tables in which any two differ", Rate(int(apart), n))
    assert above_level(Rate(int(apart), n)) <= 4
