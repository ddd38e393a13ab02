"""Bounds of dependent times: those of independent ones where they are, wider where they are not."""

from __future__ import annotations

import numpy as np

from benchmark.stats.percentiles import bound_ranks, percentile
from benchmark.stats.series import is_dependent, series_percentile, stream_percentile


def follow(correlation, n, seed):
    """Draw normal values of which each remembers the one before."""
    rng = np.random.default_rng(seed)
    values = [rng.normal()]
    for fresh in rng.normal(size=n - 1) * np.sqrt(1 - correlation**2):
        values.append(correlation * values[-1] + fresh)
    return np.array(values)


def test_independent_times_have_the_bounds_of_binomial_ranks_to_the_digit():
    values = np.random.default_rng(0).exponential(size=400)
    assert not is_dependent(values)
    for share in (0.5, 0.9, 0.99):
        assert stream_percentile(values, share) == percentile(values, share)


def test_times_that_remember_have_wider_bounds_about_the_same_value():
    values = follow(0.6, 400, seed=1)
    found, narrow = stream_percentile(values, 0.5), percentile(values, 0.5)
    assert is_dependent(values)
    assert found.value == narrow.value
    assert found.low < narrow.low
    assert narrow.high < found.high


def test_one_call_that_hung_makes_no_series_dependent():
    values = np.random.default_rng(2).exponential(size=200)
    values[50:52] = 1e6
    assert not is_dependent(values)


def test_a_slow_drift_is_dependence_though_neighbours_hardly_show_it():
    rng = np.random.default_rng(3)
    assert is_dependent(rng.normal(size=400) + 1.2 * np.sin(np.arange(400) / 40))


def test_equal_times_and_few_are_not_called_dependent():
    assert not is_dependent(np.ones(50))
    assert not is_dependent([1.0, 2.0, 3.0])
    assert not is_dependent([])


def test_a_series_that_never_came_back_has_no_bounds():
    steps = np.repeat([1.0, 2.0], 50)
    assert bound_ranks(100, 0.5) is not None
    assert series_percentile(steps, 0.5) is None
    assert stream_percentile(steps, 0.5) is None
    assert series_percentile([], 0.5) is None
