"""Percentiles and their bounds, against scipy's binomial and against chance itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from benchmark.stats.percentiles import bound_ranks, percentile


@pytest.mark.parametrize(("share", "n_needed"), [(0.5, 6), (0.9, 36), (0.99, 368)])
def test_a_percentile_is_told_from_as_many_values_on_as_bound_it(share, n_needed):
    assert percentile(np.arange(n_needed - 1), share) is None
    found = percentile(np.arange(n_needed), share)
    assert found is not None
    assert found.low <= found.value <= found.high


@given(st.integers(1, 3000), st.sampled_from([0.5, 0.9, 0.99, 0.25]))
def test_bounds_leave_at_most_2_5_percent_on_either_side_and_are_the_nearest_that_do(n, share):
    low, high = _ranks_by_scipy(n, share)
    expected = (low, high) if low >= 1 and high <= n else None
    assert bound_ranks(n, share) == expected


def _ranks_by_scipy(n, share):
    ranks = np.arange(0, n + 2)
    low = ranks[binom.cdf(ranks - 1, n, share) <= 0.025].max()
    high = ranks[binom.sf(ranks - 1, n, share) <= 0.025].min()
    return low, high


def test_bounds_cover_the_true_percentile_as_often_as_they_say():
    rng = np.random.default_rng(0)
    covered = {0.5: 0, 0.9: 0}
    for _ in range(4000):
        draws = rng.exponential(size=50)
        for share in covered:
            found = percentile(draws, share)
            covered[share] += found.low <= -np.log(1 - share) <= found.high
    assert 0.95 <= covered[0.5] / 4000 <= 0.98
    assert 0.95 <= covered[0.9] / 4000 <= 0.99


@given(st.lists(st.floats(0, 1e6), min_size=6, max_size=80))
def test_the_median_is_numpys_and_lies_within_its_bounds(values):
    found = percentile(values, 0.5)
    assert found.value == pytest.approx(np.median(values))
    assert min(values) <= found.low <= found.value <= found.high <= max(values)


def test_no_value_has_no_percentile():
    assert percentile([], 0.5) is None
