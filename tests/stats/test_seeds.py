"""Several seeds of one system."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.stats import Sample, percentile_interval, resample, spread_over_seeds


def noise(seed, n_clips=400):
    return np.random.default_rng(seed).normal(0.0, 1.0, size=n_clips)


def interval_of_mean(values):
    return percentile_interval(resample([Sample.of_mean(values)])[0])


def test_seeds_are_a_source_of_chance_apart_from_clips():
    clips = noise(5)
    spread = spread_over_seeds([Sample.of_mean(clips + seed) for seed in (0.0, 1.0, 5.0)])
    assert spread.mean == pytest.approx(clips.mean() + 2)
    assert spread.deviation == pytest.approx(np.std([0, 1, 5], ddof=1))
    # Seeds that do alike on the clips leave the interval of one seed.
    low, high = interval_of_mean(clips + 2)
    assert (spread.low, spread.high) == (pytest.approx(low), pytest.approx(high))


def test_one_seed_has_no_deviation():
    spread = spread_over_seeds([Sample.of_mean(noise(5))])
    assert spread.deviation is None
    assert spread.values == (spread.mean,)
