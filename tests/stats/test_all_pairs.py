"""All rows of a table held against each other, and a slow reference that goes pair by pair."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from benchmark.stats import Sample, paired_p_values
from benchmark.stats.draws import swap_blocks
from benchmark.stats.families import compare_all
from benchmark.stats.samples import over_shared


def rows(*shifts, n_clips=40, seed=1):
    rng = np.random.default_rng(seed)
    difficulty = rng.gamma(1.0, size=n_clips)
    return [Sample.of_mean(difficulty + shift + 0.5 * rng.normal(size=n_clips)) for shift in shifts]


def ratios(*shifts, n_clips=40):
    """A corpus value as BLEU's: a mean of two precisions, made from sums, and a penalty."""
    rng = np.random.default_rng(2)

    def value(sums):
        length, reference, *counts = np.moveaxis(sums, -1, 0)
        precisions = [counts[order] / counts[order + 2] for order in range(2)]
        return np.sqrt(precisions[0] * precisions[1]) * np.exp(
            np.minimum(0, 1 - reference / length)
        )

    made = []
    for shift in shifts:
        n_words = rng.integers(5, 15, n_clips)
        hits = rng.binomial(n_words, 0.5 + shift), rng.binomial(n_words - 1, 0.3 + shift)
        made.append(np.stack([n_words, np.full(n_clips, 11), *hits, n_words, n_words - 1], axis=1))
    return [Sample(statistics.astype(float), value) for statistics in made]


def slow_p_values(samples, n_draws, clusters=None, *, links=True):
    """Step-down max-T as it is written down: draw by draw and pair by pair."""
    pairs = list(combinations(range(len(samples)), 2))
    sides = {pair: over_shared(samples[pair[0]], samples[pair[1]]) for pair in pairs}
    if clusters is not None:
        sides = {pair: (a.group(clusters), b.group(clusters)) for pair, (a, b) in sides.items()}
    n_units = next(iter(sides.values()))[0].n_clips
    swaps = np.concatenate(list(swap_blocks(n_units, n_draws))).astype(bool)

    def difference(pair, swapped):
        one, other = sides[pair]
        first = np.where(swapped[:, np.newaxis], other.statistics, one.statistics)
        second = np.where(swapped[:, np.newaxis], one.statistics, other.statistics)
        return float(one.aggregate(first.sum(axis=0)) - other.aggregate(second.sum(axis=0)))

    observed = {pair: difference(pair, np.zeros(n_units, dtype=bool)) for pair in pairs}
    scale = {
        pair: np.sqrt(
            sum((observed[pair] - difference(pair, unit)) ** 2 for unit in np.eye(n_units) > 0)
        )
        / 2
        for pair in pairs
    }
    ordered = sorted(pairs, key=lambda pair: -abs(observed[pair]) / scale[pair])
    drawn = [{pair: abs(difference(pair, swap)) / scale[pair] for pair in pairs} for swap in swaps]
    has_same_clips = all((row.is_valued == samples[0].is_valued).all() for row in samples)
    p_values, least = {}, 0.0
    for step, pair in enumerate(ordered):
        size = abs(observed[pair]) / scale[pair] - 1e-9

        def p_of(others, size=size):
            n_as_large = sum(max(draw[other] for other in others) >= size for draw in drawn)
            return (n_as_large + 1) / (n_draws + 1)

        p = p_of(ordered[step:])
        if max(p, least) > 0.05 >= max(least, p_of([pair])) and has_same_clips and links:
            fewer = p_of(can_be_equal(pair, ordered[:step], ordered[step:]))
            p = fewer if fewer <= 0.05 else p
        least = p_values[pair] = max(least, p)
    return p_values


def can_be_equal(pair, different, others):
    """The pairs that can be equal beside one, given pairs that differ, by going through links."""
    possible = []
    for other in others:
        groups = [{*pair, *other}] if {*pair} & {*other} else [{*pair}, {*other}]
        if not any({*each} <= group for each in different for group in groups):
            possible.append(other)
    return possible


@pytest.mark.parametrize("make", [rows, ratios])
@pytest.mark.parametrize("clusters", [None, np.arange(40) // 2])
def test_p_values_are_those_of_the_procedure_as_it_is_written_down(make, clusters):
    samples = make(0.3, 0.24, 0.05, 0.02)
    found = compare_all(samples, n_draws=199, clusters=clusters)
    for (first, second), p in slow_p_values(samples, 199, clusters).items():
        assert found.p_values[first, second] == found.p_values[second, first] == pytest.approx(p)


@pytest.mark.parametrize("clusters", [None, np.arange(40) // 2])
def test_rows_are_compared_on_the_clips_that_both_have(clusters):
    samples = rows(0.3, 0.2, 0.0, 0.0)
    for row, lacking in ((1, slice(0, 6)), (2, slice(3, 9))):
        samples[row].statistics[lacking] = 0.0
    found = compare_all(samples, n_draws=199, clusters=clusters)
    for (first, second), p in slow_p_values(samples, 199, clusters).items():
        one, other = over_shared(samples[first], samples[second])
        assert found.differences[first, second] == pytest.approx(one.value - other.value)
        assert found.p_values[first, second] == pytest.approx(p)


@pytest.mark.parametrize("make", [rows, ratios])
@pytest.mark.parametrize("n_clips", [3, 9, 40])
def test_two_rows_have_the_p_value_of_their_pair(make, n_clips):
    for shift in (0.0, 0.1, 0.3):
        samples = make(shift, 0.0, n_clips=n_clips)
        (p,) = paired_p_values([(samples[0], samples[1])], 999)
        assert compare_all(samples, n_draws=999).p_values[0, 1] == p


@pytest.mark.parametrize("seed", [88, 180])
def test_a_pair_does_not_wait_for_pairs_that_differ_if_it_does_not(seed):
    """Two pairs are called for that: were their rows equal, others that differ could not."""
    samples = rows(0.5, 0.3, 0.2, 0.1, 0.0, n_clips=30, seed=seed)
    found = compare_all(samples, n_draws=199)
    slow = slow_p_values(samples, 199)
    assert all(found.p_values[pair] == pytest.approx(p) for pair, p in slow.items())
    plain = slow_p_values(samples, 199, links=False)
    assert sum(p > 0.05 >= slow[pair] for pair, p in plain.items()) == 2


def test_p_values_grow_with_the_family_and_never_below_those_of_the_pairs():
    samples = rows(0.4, 0.2, 0.1, 0.0)
    found = compare_all(samples, n_draws=999).p_values
    for first, second in combinations(range(4), 2):
        (alone,) = paired_p_values([(samples[first], samples[second])], 999)
        assert found[first, second] >= alone


def test_intervals_of_two_rows_leave_out_nothing_where_the_test_calls_them():
    for shift in np.linspace(0.1, 0.4, 25):
        found = compare_all(rows(shift, 0.0), n_draws=999)
        assert (found.low[0, 1] > 0 or found.high[0, 1] < 0) == found.differs(0, 1)


def test_an_interval_is_the_difference_and_student_s_width():
    one, other = rows(0.1, 0.0, n_clips=400)
    found = compare_all([one, other])
    gap = one.per_clip - other.per_clip
    error = gap.std(ddof=1) / 20
    assert found.differences[0, 1] == pytest.approx(gap.mean())
    assert found.high[0, 1] - gap.mean() == pytest.approx(1.966 * error, rel=0.02)
    assert found.low[0, 1] + found.high[0, 1] == pytest.approx(2 * gap.mean())
    assert found.low[1, 0] == -found.high[0, 1]
    assert found.detectable[0, 1] == pytest.approx((1.966 + 0.842) * error, rel=0.02)
    assert found.detectable[1, 0] == found.detectable[0, 1]


def test_what_is_detectable_grows_with_the_rows_that_are_compared():
    samples = rows(*np.zeros(8), n_clips=200)
    two, eight = compare_all(samples[:2]), compare_all(samples)
    # The range of 8 means against that of 2: 4.29 / sqrt(2) in place of 1.96 (Tukey).
    expected = (4.29 / np.sqrt(2) + 0.842) / (1.96 + 0.842)
    assert eight.detectable[0, 1] / two.detectable[0, 1] == pytest.approx(expected, rel=0.03)


def test_rows_that_are_the_same_do_not_differ_and_resolve_nothing():
    one, other = rows(1.0, 0.0)
    found = compare_all([one, one, other])
    assert found.p_values[0, 1] == 1.0
    assert found.differences[0, 1] == 0.0
    assert np.isnan(found.detectable[0, 1])
    assert found.differs(0, 2)
    assert found.differs(1, 2)
    nothing = compare_all([Sample.of_mean(np.zeros(40))] * 3)
    assert (nothing.p_values == 1.0).all()


def test_so_few_clips_that_none_can_differ_say_so():
    for n_clips, can_differ in ((1, False), (2, False), (5, False), (6, True)):
        values = np.arange(n_clips, dtype=float)
        samples = [Sample.of_mean(values + shift) for shift in (100.0, 0.0, -100.0)]
        found = compare_all(samples)
        assert found.can_differ is can_differ
        assert found.differs(0, 2) is can_differ
        assert np.isnan(found.detectable[0, 1]) == np.isnan(found.low[0, 1]) == (not can_differ)
    clusters = ["a"] * 20 + ["b"] * 20
    assert not compare_all(rows(3.0, 0.0), clusters=clusters).can_differ


def test_rows_that_share_no_clip_do_not_differ():
    one, other, third = rows(1.0, 0.0, -1.0)
    one.statistics[:20] = 0.0
    other.statistics[20:] = 0.0
    found = compare_all([one, other, third])
    assert found.p_values[0, 1] == 1.0
    assert np.isnan(found.differences[0, 1])
    assert found.differs(0, 2)


def test_one_row_is_held_against_none():
    found = compare_all(rows(0.0))
    assert found.p_values.tolist() == [[1.0]]
    assert found.differences.tolist() == [[0.0]]


def test_so_few_draws_that_none_can_differ_are_refused():
    with pytest.raises(ValueError, match="18 draws; expected 19 or more"):
        compare_all(rows(1.0, 0.0), n_draws=18)
    assert compare_all(rows(3.0, 0.0), n_draws=19).differs(0, 1)


def test_no_p_value_is_below_what_all_swaps_of_the_clips_give():
    """On five clips all ways to swap give 2/32; too few draws may miss the two that count."""
    samples = [Sample.of_mean(np.arange(5.0) + 50), Sample.of_mean(np.arange(5.0))]
    for n_draws in range(19, 60):
        assert paired_p_values([(samples[0], samples[1])], n_draws)[0] >= 2 / 32
        assert compare_all(samples, n_draws=n_draws).p_values[0, 1] >= 2 / 32


def test_no_interval_of_a_corpus_value_is_narrower_than_that_of_a_normal():
    good, none = ratios(0.3, -0.29)
    far = compare_all([good, none], n_draws=999)
    left_out = np.array(
        [
            [sample.aggregate(sample.statistics.sum(axis=0) - each) for each in sample.statistics]
            for sample in (good, none)
        ]
    )
    error = (left_out[0] - left_out[1]).std() * np.sqrt(good.n_clips - 1)
    assert far.high[0, 1] - far.low[0, 1] >= 2 * 1.95 * error
