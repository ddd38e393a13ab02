"""Corpus values as functions of sums over clips."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchmark.stats import Sample
from benchmark.stats.samples import over_shared, require_same_clips

VALUES = arrays(np.float64, st.integers(1, 12), elements=st.floats(-100, 100))


def ratio(statistics):
    """A corpus value that is no mean: the ratio of two sums."""
    return Sample(np.asarray(statistics, float), lambda sums: sums[..., 0] / sums[..., 1])


@given(VALUES)
def test_the_value_of_a_mean_is_the_mean(values):
    sample = Sample.of_mean(values)
    assert sample.value == pytest.approx(values.mean(), abs=1e-9)
    np.testing.assert_array_equal(sample.per_clip, values)


def test_a_corpus_value_is_that_of_the_sums_not_the_mean_of_the_clips():
    sample = ratio([[1, 2], [1, 8]])
    assert sample.value == 0.2
    assert sample.per_clip.tolist() == [0.5, 0.125]


def test_clips_are_chosen_by_row_and_may_come_twice():
    taken = Sample.of_mean(np.array([1.0, 2.0, 9.0])).take(np.array([2, 0, 2]))
    assert taken.per_clip.tolist() == [9.0, 1.0, 9.0]
    assert taken.n_clips == 3


def test_clips_of_a_cluster_add_up_and_the_value_stays():
    sample = Sample.of_mean(np.array([1.0, 2.0, 6.0]))
    grouped = sample.group(["b", "a", "b"])
    assert grouped.statistics.tolist() == [[2.0, 1.0], [7.0, 2.0]]
    assert grouped.value == sample.value == 3.0
    with pytest.raises(ValueError, match="2 clusters for 3 clips"):
        sample.group(["a", "b"])


def test_samples_of_unlike_clips_do_not_go_together():
    with pytest.raises(ValueError, match=r"samples of \[1, 2\] clips"):
        require_same_clips([Sample.of_mean(np.ones(1)), Sample.of_mean(np.ones(2))])
    with pytest.raises(ValueError, match="samples of no clips"):
        require_same_clips([])


@pytest.mark.parametrize("statistics", [np.ones(3), np.ones((0, 2)), np.array([[np.nan, 1.0]])])
def test_what_cannot_be_resampled_is_refused(statistics):
    with pytest.raises(ValueError, match="statistics"):
        Sample(statistics, lambda sums: sums[..., 0])


def test_clips_that_one_of_two_samples_has_no_value_of_count_in_neither():
    first = Sample(np.array([[1.0, 1.0], [0.0, 0.0], [3.0, 1.0]]), mean)
    second = Sample(np.array([[2.0, 1.0], [4.0, 1.0], [0.0, 1.0]]), mean)
    one, other = over_shared(first, second)
    assert (one.n_clips, other.n_clips) == (3, 3)
    assert (one.value, other.value) == (2.0, 1.0)
    assert one.is_valued.tolist() == other.is_valued.tolist() == [True, False, True]
    assert first.only_valued().statistics.tolist() == [[1.0, 1.0], [3.0, 1.0]]
    with pytest.raises(ValueError, match="same clips"):
        over_shared(first, second.take(np.array([0])))


def mean(sums):
    return np.divide(
        sums[..., 0], sums[..., 1], out=np.full(sums.shape[:-1], np.nan), where=sums[..., 1] > 0
    )
