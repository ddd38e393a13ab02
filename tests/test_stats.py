"""Bootstrap intervals."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.stats import bootstrap_means, draw_counts, percentile_interval


def test_every_draw_holds_as_many_clips_as_there_are():
    counts = draw_counts(7, n_draws=50)
    assert counts.shape == (50, 7)
    assert (counts.sum(axis=1) == 7).all()


def test_draws_are_the_same_each_time():
    assert (draw_counts(9, n_draws=20) == draw_counts(9, n_draws=20)).all()


def test_the_spread_of_means_is_the_standard_error():
    values = np.random.default_rng(3).normal(10.0, 2.0, size=1000)
    means = bootstrap_means(values)
    assert np.std(means) == pytest.approx(2.0 / np.sqrt(1000), rel=0.1)
    low, high = percentile_interval(means)
    assert low < values.mean() < high
    assert high - low == pytest.approx(2 * 1.96 * 2.0 / np.sqrt(1000), rel=0.15)


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(4)
    hits = 0
    for _ in range(200):
        low, high = percentile_interval(bootstrap_means(rng.exponential(1.0, size=200)))
        hits += low <= 1.0 <= high
    assert 0.88 <= hits / 200 <= 0.99
