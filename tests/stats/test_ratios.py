"""The interval of a ratio: as drawn where that holds, as often right as it says, or none."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.stats.ratios import ratio_interval


def test_it_is_that_of_the_numerator_where_the_denominator_is_certain():
    low, high = ratio_interval(3.0, 2.0, np.array([[0.04, 0.0], [0.0, 0.0]]), 10**7)
    assert (low, high) == pytest.approx((1.5 - 0.196, 1.5 + 0.196), abs=1e-4)


def test_it_is_where_draws_of_both_lie():
    covariance = np.array([[0.04, 0.03], [0.03, 0.09]])
    draws = np.random.default_rng(0).multivariate_normal([3.0, 6.0], covariance, size=200_000)
    expected = np.quantile(draws[:, 0] / draws[:, 1], [0.025, 0.975])
    assert ratio_interval(3.0, 6.0, covariance, 10**7) == pytest.approx(expected, abs=2e-3)


def test_a_denominator_that_is_not_told_from_nothing_bounds_nothing():
    covariance = np.diag([1.0, 1.0])
    assert ratio_interval(5.0, 1.9, covariance, 10**7) is None
    assert ratio_interval(5.0, 2.0, covariance, 10**7) is not None
    assert ratio_interval(5.0, 2.0, covariance, 5) is None
