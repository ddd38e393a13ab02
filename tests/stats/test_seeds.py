"""Several seeds of one system."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.stats import (
    Sample,
    compare_all,
    percentile_interval,
    resample,
    spread_over_seeds,
)
from benchmark.stats.seeds import SeedNoise


def noise(seed, n_clips=400):
    return np.random.default_rng(seed).normal(0.0, 1.0, size=n_clips)


def interval_of_mean(values):
    return percentile_interval(resample([Sample.of_mean(values)])[0])


def test_seeds_are_a_source_of_chance_beside_clips():
    clips = noise(5)
    spread = spread_over_seeds([Sample.of_mean(clips + seed) for seed in (0.0, 1.0, 5.0)])
    assert spread.mean == pytest.approx(clips.mean() + 2)
    assert spread.deviation == pytest.approx(np.std([0, 1, 5], ddof=1))
    # Beside those of the seeds the clips' errors of .05 are nothing: Student's t of two degrees.
    half = 4.303 * spread.deviation / np.sqrt(3)
    assert spread.high - spread.mean == pytest.approx(half, rel=0.08)
    assert spread.mean - spread.low == pytest.approx(half, rel=0.08)


def test_seeds_that_do_alike_leave_the_interval_of_one():
    clips = noise(5)
    spread = spread_over_seeds([Sample.of_mean(clips)] * 3)
    assert (spread.low, spread.high) == pytest.approx(interval_of_mean(clips), abs=1e-3)


def test_one_seed_has_no_deviation():
    spread = spread_over_seeds([Sample.of_mean(noise(5))])
    assert spread.deviation is None
    assert spread.values == (spread.mean,)


def test_the_mean_of_seeds_has_their_error_and_student_s_tails():
    noise_of_two = SeedNoise(3.0, 2)
    assert noise_of_two.error == pytest.approx(3 / np.sqrt(2))
    drawn = np.abs(noise_of_two.draw(np.random.default_rng(0), 200_000))
    assert np.quantile(drawn, 0.95) == pytest.approx(12.706 * noise_of_two.error, rel=0.02)


@pytest.mark.parametrize(("deviation", "n_seeds"), [(1.0, 1), (-1.0, 3), (float("nan"), 3)])
def test_one_seed_has_no_spread(deviation, n_seeds):
    with pytest.raises(ValueError, match="expected 0 or more, over two or more"):
        SeedNoise(deviation, n_seeds)


def test_seeds_widen_intervals_and_what_can_be_detected():
    rows = [Sample.of_mean(noise(seed)) for seed in (5, 6, 7)]
    alone = compare_all(rows)
    seeded = compare_all(rows, seeds=[SeedNoise(0.2, 5), SeedNoise(0.2, 5), None])
    assert (seeded.high - seeded.low)[0, 1] > 1.3 * (alone.high - alone.low)[0, 1]
    assert seeded.detectable[0, 1] > seeded.detectable[0, 2] > alone.detectable[0, 2]


def test_two_rows_of_many_seeds_and_clips_are_tested_by_both_errors():
    """Errors of clips .05 each and of seeds .05 each make .1: a gap of .2 has a p of .0455."""
    clips = noise(5) - noise(5).mean()
    other = noise(6) - noise(6).mean()
    rows = [Sample.of_mean(clips / clips.std() + 0.2), Sample.of_mean(other / other.std())]
    seeds = [SeedNoise(0.05 * np.sqrt(1000), 1000)] * 2
    assert compare_all(rows, seeds=seeds).p_values[0, 1] == pytest.approx(0.0455, abs=0.012)


def test_a_row_of_two_seeds_does_not_blind_pairs_that_it_is_not_in():
    rows = [Sample.of_mean(noise(seed) + shift) for seed, shift in ((5, 0.35), (6, 0), (7, 0.1))]
    alone = compare_all(rows)
    seeded = compare_all(rows, seeds=[None, None, SeedNoise(0.1, 2)])
    assert seeded.p_values[0, 1] < 2 * alone.p_values[0, 1] + 0.01
    assert seeded.detectable[0, 1] < 1.1 * alone.detectable[0, 1]


def test_each_row_has_seeds_or_none():
    with pytest.raises(ValueError, match="1 seeds for 2 rows"):
        compare_all([Sample.of_mean(noise(5))] * 2, seeds=[None])
