"""Corrected p-values and tiers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.stats import Sample, compare_all, correct_holm, find_tiers


def rows(*means, noise=0.3, n_clips=400):
    """Systems that do well on the same clips, each with noise of its own."""
    rng = np.random.default_rng(1)
    difficulty = rng.normal(size=n_clips)
    values = [difficulty + noise * rng.normal(size=n_clips) for _ in means]
    return [
        Sample.of_mean(row - row.mean() + mean) for row, mean in zip(values, means, strict=True)
    ]


def test_holm_gives_what_rs_p_adjust_gives():
    assert correct_holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert correct_holm([0.01, 0.01, 0.5, 0.9]) == pytest.approx([0.04, 0.04, 1.0, 1.0])
    assert correct_holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.sampled_from([0.01, 0.05, 0.2]))
def test_holm_rejects_what_the_step_down_procedure_rejects(p_values, alpha):
    rejected = set()
    for step, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        if p_values[index] * (len(p_values) - step) > alpha:
            break
        rejected.add(index)
    adjusted = correct_holm(p_values)
    assert {index for index, p in enumerate(adjusted) if p <= alpha} == rejected
    assert all(p <= found <= 1 for p, found in zip(p_values, adjusted, strict=True))


def tiers(samples, **options):
    return find_tiers(compare_all(samples, **options))


def test_a_tier_begins_where_all_above_differ_from_all_below():
    assert tiers(rows(1.0, 0.995, 0.5, 0.498, 0.1)) == [1, 1, 2, 2, 3]
    assert tiers(rows(3.0, 2.0, 1.0)) == [1, 2, 3]
    assert tiers(rows(1.0)) == [1]


def test_no_boundary_parts_neighbours_that_do_not_differ():
    """Each differs from the next by one and a half standard errors, the first from the last."""
    step = 1.5 * 0.3 * np.sqrt(2 / 400)
    pairs = compare_all(rows(*(1 - step * index for index in range(4))))
    assert pairs.differs(0, 3)
    assert not any(pairs.differs(row, row + 1) for row in range(3))
    assert find_tiers(pairs) == [1, 1, 1, 1]


def test_a_noisy_row_that_differs_from_none_joins_all_between():
    leader, steady, noisy = (row.per_clip for row in rows(1.0, 0.9, 0.89, noise=0.2))
    noise = np.random.default_rng(2).normal(0, 3, size=400)
    noisy = noisy + noise - noise.mean()
    pairs = compare_all([Sample.of_mean(row) for row in (leader, steady, noisy)])
    assert pairs.differs(0, 1)
    assert find_tiers(pairs) == [1, 1, 1]


def test_a_row_that_is_better_on_the_shared_clips_is_not_parted_as_worse():
    """The first row's value comes from clips that the second lacks; where both are, it loses."""
    first, second = rows(0.0, 0.5)
    first.statistics[:100, 0] = 9.0
    second.statistics[:100] = 0.0
    assert first.value > second.value
    pairs = compare_all([first, second])
    assert pairs.differs(0, 1)
    assert find_tiers(pairs) == [1, 1]


def test_tiers_of_a_metric_whose_less_is_better_rise_too():
    assert find_tiers(compare_all(rows(1.0, 2.0, 3.0)), is_higher_better=False) == [1, 2, 3]


def test_identical_rows_are_one_tier():
    assert tiers(rows(1.0) * 4) == [1, 1, 1, 1]


def test_clusters_join_rows_that_clips_alone_would_part():
    gap = np.repeat(np.random.default_rng(4).normal(0.3, 1, size=20), 20)
    samples = [Sample.of_mean(gap), Sample.of_mean(np.zeros(400))]
    assert tiers(samples) == [1, 2]
    assert tiers(samples, clusters=np.repeat(np.arange(20), 20)) == [1, 1]


def test_two_rows_are_told_apart_on_the_clips_that_both_have():
    """The second row lacks the clips on which all systems do well; elsewhere the two are equal."""
    values = np.r_[np.full(40, 5.0), np.random.default_rng(3).normal(size=160)]
    whole = Sample.of_mean(values)
    statistics = whole.statistics.copy()
    statistics[:40] = 0.0
    lacking = Sample(statistics, whole.aggregate)
    assert whole.value > lacking.value + 0.9
    assert tiers([whole, lacking]) == [1, 1]
    assert tiers([whole, lacking], clusters=[str(row // 2) for row in range(200)]) == [1, 1]
