"""Intervals and margins."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as scipy_stats

from benchmark.stats import (
    Sample,
    interval_of,
    judge_non_inferiority,
    percentile_interval,
    resample,
    resolvable_gap,
)
from benchmark.stats.intervals import N_FOR_PERCENTILES, draws_of, interval_of_difference


def noise(seed, n_clips=400, mean=0.0):
    return np.random.default_rng(seed).normal(mean, 1.0, size=n_clips)


def interval_of_mean(values, n_draws=1000):
    return percentile_interval(resample([Sample.of_mean(values)], n_draws)[0])


def test_the_interval_is_that_of_scipy():
    values = np.random.default_rng(3).exponential(size=300)
    theirs = scipy_stats.bootstrap(
        (values,), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    np.testing.assert_allclose(interval_of_mean(values, 4000), theirs, atol=0.01)


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(4)
    hits = 0
    for _ in range(200):
        low, high = interval_of_mean(rng.exponential(1.0, size=200))
        hits += low <= 1.0 <= high
    assert 0.88 <= hits / 200 <= 0.99


@pytest.mark.parametrize(
    ("shift", "margin", "finding"),
    [
        (0.0, 0.1, "shown"),
        (0.2, 0.0, "shown"),
        (-0.2, 0.1, "refuted"),
        (-0.1, 0.1, "undecided"),
        (0.0, 0.0, "undecided"),
    ],
)
def test_non_inferiority_is_shown_refuted_or_undecided(shift, margin, finding):
    base = noise(1)
    candidate = base + shift + noise(2) * 0.3
    candidate += base.mean() + shift - candidate.mean()
    found = judge_non_inferiority(Sample.of_mean(candidate), Sample.of_mean(base), margin)
    assert found.finding == finding
    assert found.difference == pytest.approx(shift)
    # The bounds are one-sided: 1.645 standard errors of 0.3 / sqrt(400).
    assert found.low == pytest.approx(shift - 1.645 * 0.015, abs=0.003)
    assert found.high == pytest.approx(shift + 1.645 * 0.015, abs=0.003)


def test_a_system_is_not_inferior_to_itself_by_any_margin():
    sample = Sample.of_mean(noise(1))
    assert judge_non_inferiority(sample, sample, 1e-6).finding == "shown"


def test_a_loss_of_the_margin_is_let_pass_about_as_often_as_the_level_says():
    n_shown = sum(
        judge_non_inferiority(
            Sample.of_mean(noise(seed, 200, mean=-0.1)),
            Sample.of_mean(np.zeros(200)),
            0.1,
            n_draws=500,
        ).finding
        == "shown"
        for seed in range(300)
    )
    assert 0.02 <= n_shown / 300 <= 0.09


@pytest.mark.parametrize("margin", [-0.1, float("nan")])
def test_a_margin_is_no_less_than_nothing(margin):
    sample = Sample.of_mean(noise(1))
    with pytest.raises(ValueError, match="expected 0 or more"):
        judge_non_inferiority(sample, sample, margin)


def test_a_true_gap_of_the_resolvable_size_is_called_four_times_in_five():
    assert resolvable_gap(1.0) == pytest.approx(1.959964 + 0.841621, abs=1e-6)
    assert resolvable_gap(0.5, level=0.99, power=0.9) == pytest.approx(
        0.5 * (2.575829 + 1.281552), abs=1e-6
    )
    rng = np.random.default_rng(0)
    gap = resolvable_gap(1 / np.sqrt(100))
    p = scipy_stats.ttest_1samp(rng.normal(gap, 1, size=(4000, 100)), 0, axis=1).pvalue
    assert (p < 0.05).mean() == pytest.approx(0.8, abs=0.025)


def test_rows_that_are_the_same_resolve_no_gap():
    assert resolvable_gap(0.0) is None


def test_of_few_clips_the_interval_of_a_mean_without_bounds_is_student_s():
    values = noise(3, n_clips=8)
    theirs = scipy_stats.ttest_1samp(values, 0).confidence_interval()
    assert interval_of(Sample.of_mean(values)) == pytest.approx(tuple(theirs))


def test_of_many_clips_it_holds_the_percentiles_of_draws():
    sample = Sample.of_mean(noise(3, N_FOR_PERCENTILES))
    assert interval_of(sample, n_draws=500) == percentile_interval(resample([sample], 500)[0])


@pytest.mark.parametrize(("n_high", "n_clips"), [(0, 2), (0, 120), (1, 5), (7, 7), (9, 1045)])
def test_a_share_has_the_exact_interval_and_none_of_n_is_not_certain(n_high, n_clips):
    values = (np.arange(n_clips) < n_high).astype(float)
    theirs = scipy_stats.binomtest(n_high, n_clips).proportion_ci(method="exact")
    found = interval_of(Sample.of_mean(values, (0.0, 1.0)))
    assert found == pytest.approx(tuple(theirs))
    assert found.high > 0
    scaled = interval_of(Sample.of_mean(10 * values, (0.0, 10.0)))
    assert scaled == pytest.approx(tuple(10 * bound for bound in theirs))


@pytest.mark.parametrize("bounds", [(0.0, 10.0), (0.0, np.inf), (-1.0, 1.0)])
def test_an_interval_stays_within_the_bounds(bounds):
    low, high = interval_of(Sample.of_mean(np.array([0.01, 0.9]), bounds))
    assert bounds[0] <= low < 0.455 < high <= bounds[1]


def test_one_clip_or_cluster_has_no_interval():
    assert interval_of(Sample.of_mean(np.array([0.3]), (0.0, 1.0))) is None
    clusters = ["one"] * 400
    assert interval_of(Sample.of_mean(noise(3)), clusters=clusters) is None


def test_clusters_are_the_units_that_are_counted():
    values = np.repeat([0.2, 0.5, 0.6], 50)
    found = interval_of(Sample.of_mean(values), clusters=np.repeat(["a", "b", "c"], 50))
    assert found == pytest.approx(interval_of(Sample.of_mean(np.array([0.2, 0.5, 0.6]))))


def test_of_few_clips_a_difference_has_student_s_interval_too():
    first, second = noise(1, 9), noise(2, 9)
    theirs = scipy_stats.ttest_rel(first, second).confidence_interval()
    pair = Sample.of_mean(first), Sample.of_mean(second)
    assert interval_of_difference(*pair, np.zeros(5)) == pytest.approx(tuple(theirs))


def test_draws_of_a_value_have_its_interval_as_percentiles():
    sample = Sample.of_mean(np.random.default_rng(0).exponential(0.2, 12), (0.0, 1.0))
    assert percentile_interval(draws_of(sample, 200_000)) == pytest.approx(
        interval_of(sample), rel=0.02
    )
