"""Paired tests, against scipy and against the levels that they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats as scipy_stats

from benchmark.stats import Sample, compare_pairs, paired_p_values
from benchmark.stats.paired import bootstrap_p, randomisation_p, z_test_p


def ratio(statistics):
    return Sample(np.asarray(statistics, float), lambda sums: sums[..., 0] / sums[..., 1])


def compare(first, second, n_draws=2000, clusters=None):
    pair = (Sample.of_mean(np.asarray(first)), Sample.of_mean(np.asarray(second)))
    return compare_pairs([pair], n_draws, clusters)[0]


def correlated(seed, n_clips=300, shift=0.0):
    """Two systems that do well on the same clips."""
    rng = np.random.default_rng(seed)
    difficulty = rng.normal(size=n_clips)
    return difficulty + shift + 0.3 * rng.normal(size=n_clips), difficulty


@given(arrays(np.float64, (7, 2), elements=st.floats(0.1, 1e6)))
@settings(deadline=None, max_examples=30)
def test_a_system_does_not_differ_from_itself(statistics):
    pairs = [(sample, sample) for sample in (ratio(statistics), Sample.of_mean(statistics[:, 0]))]
    for result in compare_pairs(pairs, 200):
        assert result.difference == result.low == result.high == result.standard_error == 0
        assert result.p_bootstrap == result.p_randomisation == result.p_unpaired == 1


@given(arrays(np.float64, (9, 2), elements=st.integers(-20, 20).map(float)))
@settings(deadline=None, max_examples=40)
def test_randomisation_comes_near_the_exact_permutation_test(values):
    first, second = values.T
    exact = scipy_stats.permutation_test(
        (first, second), lambda a, b: np.mean(a) - np.mean(b), permutation_type="samples"
    ).pvalue
    p = paired_p_values([(Sample.of_mean(first), Sample.of_mean(second))], 20_000)[0]
    assert p == pytest.approx(exact, abs=0.02)


def test_the_bootstrap_interval_is_that_of_scipy():
    first, second = correlated(0, shift=0.1)
    theirs = scipy_stats.bootstrap(
        (first, second), lambda a, b: a.mean() - b.mean(), paired=True, vectorized=False,
        n_resamples=5000, method="percentile", rng=np.random.default_rng(0),
    ).confidence_interval  # fmt: skip
    result = compare(first, second, 5000)
    np.testing.assert_allclose([result.low, result.high], theirs, atol=0.004)


def test_both_tests_come_near_the_paired_t_test_where_that_holds():
    for seed, shift in ((0, 0.0), (1, 0.02), (2, 0.04), (3, 0.1)):
        first, second = correlated(seed, shift=shift)
        result = compare(first, second, 10_000)
        p = scipy_stats.ttest_rel(first, second).pvalue
        assert result.p_bootstrap == pytest.approx(p, abs=0.02)
        assert result.p_randomisation == pytest.approx(p, abs=0.02)


def test_pairing_finds_what_unpaired_tests_miss():
    first, second = correlated(1, shift=0.1)
    result = compare(first, second)
    assert result.p_bootstrap < 0.001
    assert result.p_randomisation < 0.001
    assert result.p_unpaired > 0.1
    assert 0 < result.low < result.difference < result.high
    assert result.standard_error < result.unpaired_error / 3


def test_swapping_the_systems_turns_the_sign_and_nothing_else():
    first, second = correlated(3, shift=0.05)
    there, back = compare(first, second), compare(second, first)
    assert there.difference == -back.difference
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert there.p_bootstrap == back.p_bootstrap
    assert there.p_randomisation == back.p_randomisation
    assert there.p_unpaired == pytest.approx(back.p_unpaired)


def test_p_values_are_never_zero_and_count_the_observed_result():
    assert randomisation_p(5.0, np.zeros(99)) == 0.01
    assert randomisation_p(-1.0, np.array([1.0, -1.0, 0.5])) == 0.75
    assert randomisation_p(1.0, np.array([1 - 1e-12, 0.5, 0.5]), rounding=1e-10) == 0.5
    # Draws of mean 2 are shifted to 0: of -2, 0 and 2 two are as far away as 1.
    assert bootstrap_p(1.0, np.array([0.0, 2.0, 4.0])) == 0.75


def test_the_z_test_is_that_of_the_normal_distribution():
    assert z_test_p(1.959964, 1.0) == pytest.approx(0.05, abs=1e-6)
    assert z_test_p(0.0, 0.0) == 1.0
    assert z_test_p(0.1, 0.0) == 0.0


@pytest.mark.parametrize("metric", ["mean", "ratio of sums"])
def test_systems_that_do_not_differ_are_called_different_one_time_in_twenty(metric):
    rng = np.random.default_rng(5)
    calls = np.zeros(2)
    for _ in range(300):
        versions = rng.gamma(0.5, size=(2, 150, 2)) + 0.01
        make = ratio if metric == "ratio of sums" else lambda rows: Sample.of_mean(rows[:, 0])
        result = compare_pairs([(make(versions[0]), make(versions[1]))], 499)[0]
        calls += np.array([result.p_bootstrap, result.p_randomisation]) <= 0.05
    assert (calls / 300 <= 0.085).all()
    assert (calls / 300 >= 0.02).all()


def test_clusters_of_alike_clips_are_no_evidence_for_themselves():
    rng = np.random.default_rng(6)
    gaps = np.repeat(rng.normal(0.1, 1, size=40), 10)
    clusters = np.repeat(np.arange(40), 10)
    alone, clustered = (compare(gaps, np.zeros(400), clusters=found) for found in (None, clusters))
    assert alone.difference == pytest.approx(clustered.difference)
    assert alone.p_randomisation < 0.001 < 0.05 < clustered.p_randomisation
    assert alone.p_bootstrap < 0.001 < 0.05 < clustered.p_bootstrap


def test_metrics_of_one_call_are_tested_as_alone():
    first, second = correlated(8, shift=0.03)
    pairs = [
        (Sample.of_mean(first), Sample.of_mean(second)),
        (ratio(np.abs(np.stack([first, second], 1))), ratio(np.abs(np.stack([second, first], 1)))),
    ]
    for together, pair in zip(compare_pairs(pairs, 500), pairs, strict=True):
        alone = compare_pairs([pair], 500)[0]
        assert together.p_bootstrap == alone.p_bootstrap
        assert together.p_randomisation == alone.p_randomisation
        assert together.low == pytest.approx(alone.low)


def test_unlike_clips_and_single_ones_are_refused():
    with pytest.raises(ValueError, match=r"samples of \[2, 3\] clips"):
        compare([1.0, 2.0], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="two clips or clusters"):
        compare([1.0], [2.0])
    with pytest.raises(ValueError, match="two clips or clusters"):
        compare([1.0, 2.0], [3.0, 4.0], clusters=["a", "a"])
