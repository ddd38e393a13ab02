"""Systems of several seeds differ, and their intervals miss, in five cases of a hundred."""

from __future__ import annotations

import numpy as np
import pytest
from equal_rows import CLOTHO, cider_values

from benchmark.stats import Sample, compare_all, spread_over_seeds
from benchmark.stats.power import Rate
from benchmark.stats.seeds import SeedNoise

CLIPS = 1045


def runs_of(rng, n_systems, n_seeds, deviation, n_clips=CLIPS):
    """Draw ``(n_systems, n_seeds, n_clips)``: equal systems on drawn clips, each seed its own."""
    values = cider_values(CLOTHO)
    clips = rng.integers(0, len(values), n_clips)
    drawn = values[clips, rng.integers(0, values.shape[1], size=(n_systems, n_seeds, n_clips))]
    return drawn + rng.normal(0, deviation, size=(n_systems, n_seeds, 1))


def compare(runs, *, with_seeds=True):
    """Compare systems by their means over seeds."""
    samples = [Sample.of_mean(system.mean(axis=0)) for system in runs]
    spreads = [system.mean(axis=1).std(ddof=1) for system in runs] if with_seeds else []
    seeds = [SeedNoise(float(spread), runs.shape[1]) for spread in spreads]
    return compare_all(samples, n_draws=199, seeds=seeds or None)


def at_most_five_percent(rate):
    return rate.value <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / rate.n_trials)


@pytest.mark.parametrize("deviation", [0.84, 1.7])
@pytest.mark.parametrize("n_seeds", [2, 3, 5])
def test_equal_systems_of_several_seeds_differ_in_five_cases_of_a_hundred(
    deviation, n_seeds, n_trials, tell
):
    rng = np.random.default_rng([1, n_seeds])
    n = n_trials(6, 2000 if n_seeds == 3 else 600)
    alone = both = 0
    for _ in range(n):
        runs = runs_of(rng, 2, n_seeds, deviation)
        alone += compare(runs, with_seeds=False).differs(0, 1)
        both += compare(runs).differs(0, 1)
    what = f"2 equal systems, {n_seeds} seeds each, sd {deviation} over seeds, called different"
    tell(f"{what} by clips alone", Rate(alone, n))
    tell(f"{what} by clips and seeds", Rate(both, n))
    assert at_most_five_percent(Rate(both, n))


@pytest.mark.parametrize("deviation", [0.84, 1.7])
def test_captions_of_one_seed_differ_more_often_than_their_systems(deviation, n_trials, tell):
    """That is why tables of one run a row say so: their verdicts are of the captions."""
    rng = np.random.default_rng(2)
    n = n_trials(6, 1000)
    hits = sum(
        compare(runs_of(rng, 2, 1, deviation), with_seeds=False).differs(0, 1) for _ in range(n)
    )
    tell(f"2 equal systems, 1 seed each, sd {deviation} over seeds, captions differ", Rate(hits, n))
    assert Rate(hits, n).value >= 0.14 - 4 * np.sqrt(0.14 * 0.86 / n)


def test_tables_of_equal_systems_and_seeds_part_in_five_cases_of_a_hundred(n_trials, tell):
    rng = np.random.default_rng(3)
    n = n_trials(6, 600)
    hits = sum(
        bool((compare(runs_of(rng, 5, 3, 1.7, 300)).p_values <= 0.05).any()) for _ in range(n)
    )
    tell("5 equal systems of 3 seeds, 300 clips, tables in which any two differ", Rate(hits, n))
    assert at_most_five_percent(Rate(hits, n))


@pytest.mark.parametrize("n_seeds", [3, 5])
def test_systems_that_differ_by_what_is_resolved_are_told_apart(n_seeds, n_trials, tell):
    rng = np.random.default_rng([4, n_seeds])
    gap = float(
        np.median(
            [
                compare(runs_of(rng, 2, n_seeds, 1.7)).detectable[0, 1]
                for _ in range(n_trials(3, 15))
            ]
        )
    )
    n = n_trials(6, 600)
    hits = 0
    for _ in range(n):
        runs = runs_of(rng, 2, n_seeds, 1.7)
        runs[0] += gap
        hits += compare(runs).differs(0, 1)
    tell(f"2 systems of {n_seeds} seeds that differ by the {gap:.1f} resolved", Rate(hits, n))
    assert Rate(hits, n).value >= 0.8 - 4 * np.sqrt(0.8 * 0.2 / n)


@pytest.mark.parametrize("n_seeds", [2, 3, 5, 10])
def test_the_interval_of_a_mean_over_seeds_holds_the_mean_of_all_seeds(n_seeds, n_trials, tell):
    rng = np.random.default_rng([5, n_seeds])
    true = cider_values(CLOTHO).mean()
    n = n_trials(10, 2000)
    hits = 0
    for _ in range(n):
        (runs,) = runs_of(rng, 1, n_seeds, 1.7, 300)
        spread = spread_over_seeds([Sample.of_mean(run) for run in runs], n_draws=400)
        hits += spread.low <= true <= spread.high
    tell(f"intervals of {n_seeds} seeds, sd 1.7, 300 clips, that hold the truth", Rate(hits, n))
    assert Rate(hits, n).value >= 0.95 - 4 * np.sqrt(0.05 * 0.95 / n)
