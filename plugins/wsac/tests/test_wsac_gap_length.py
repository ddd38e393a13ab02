"""How long a gap is, told from few clips."""

from __future__ import annotations

import numpy as np
import pytest
from bench_wsac.gap_study.crossings import blur, shift, shift_captions, stay
from bench_wsac.gap_study.length import GapLength, differences, estimate_length
from bench_wsac.gap_study.measure import Pairs, gap_vector

TRUE, SPREAD, DIM = 0.277, 0.6, 128
"""A gap as the small encoder's, and tr(S) of its clips."""


def drawn(n_clips, seed, true=TRUE):
    """Clips whose differences are normal around a gap along the first value."""
    rng = np.random.default_rng(seed)
    apart = rng.normal(0, (SPREAD / DIM) ** 0.5, (n_clips, DIM))
    apart[:, 0] += true
    captions = rng.normal(size=(n_clips, DIM))
    return Pairs(captions + apart, captions, np.arange(n_clips))


@pytest.mark.parametrize("n_clips", [5, 10, 20, 120])
def test_the_estimate_is_of_the_true_length_where_the_plain_norm_is_too_long(n_clips):
    many = [drawn(n_clips, [n_clips, seed]) for seed in range(200)]
    plain = np.array([np.linalg.norm(gap_vector(pairs)) for pairs in many])
    found = [estimate_length(pairs) for pairs in many]
    squared = np.square([each.gap_estimate for each in found])
    assert plain.mean() == pytest.approx((TRUE**2 + SPREAD / n_clips) ** 0.5, abs=0.006)
    error = squared.std() / len(many) ** 0.5
    assert abs(squared.mean() - TRUE**2) < 4 * error
    assert (plain**2).mean() - TRUE**2 > 10 * (plain**2).std() / len(many) ** 0.5
    covered = np.mean([each.gap_low <= TRUE <= each.gap_high for each in found])
    assert covered > 0.95 - 4 * (0.05 * 0.95 / len(many)) ** 0.5


def test_no_gap_is_not_told_from_0():
    found = [estimate_length(drawn(10, [10, seed], true=0)) for seed in range(200)]
    untold = [each for each in found if each.gap_note == "not told from 0"]
    assert len(untold) >= 0.95 * len(found)
    assert {each.gap_low for each in untold} == {0.0}


def test_the_interval_is_that_of_the_clips_left_out_one_by_one():
    pairs = drawn(6, 0)
    apart = differences(pairs)

    def squared(rows):
        return np.square(rows.mean(axis=0)).sum() - rows.var(axis=0, ddof=1).sum() / len(rows)

    left_out = np.array([squared(np.delete(apart, i, axis=0)) for i in range(6)])
    half = 2.570582 * left_out.std() * 5**0.5  # t of 5 degrees of freedom
    found = estimate_length(pairs)
    assert found.gap_estimate == pytest.approx(squared(apart) ** 0.5)
    assert found.gap_low == pytest.approx(max(0, squared(apart) - half) ** 0.5, rel=1e-5)
    assert found.gap_high == pytest.approx((squared(apart) + half) ** 0.5, rel=1e-5)


def test_every_clip_counts_once_whatever_the_order_of_captions():
    pairs = drawn(4, 1)
    rows = np.array([3, 0, 2, 1, 0, 3])
    captions = np.arange(6.0)[:, None] * np.ones(DIM)
    mixed = Pairs(pairs.sounds, captions, rows)
    means = np.array([(1 + 4) / 2, 3, 2, (0 + 5) / 2])
    np.testing.assert_allclose(differences(mixed), pairs.sounds - means[:, None])
    np.testing.assert_allclose(differences(mixed).mean(axis=0), gap_vector(mixed))


def test_few_clips_are_said_to_be_few():
    one, two, five, six = (estimate_length(drawn(n, 0, true=9)) for n in (1, 2, 5, 6))
    plain = float(np.linalg.norm(gap_vector(drawn(1, 0, true=9))))
    assert one == GapLength(pytest.approx(plain), gap_note="1 clip: plain norm, no interval")
    assert (two.gap_low, two.gap_note) == (None, "2 clips are few: no interval")
    assert (five.gap_note, six.gap_note) == ("5 clips are few", None)
    assert five.gap_low < five.gap_estimate < five.gap_high


@pytest.mark.parametrize("change", [shift, shift_captions])
def test_of_a_shift_measured_on_the_same_clips_nothing_is_told(change):
    pairs, others = drawn(20, 0), drawn(40, 1)
    same = change(pairs, Pairs(*map(np.copy, (pairs.sounds, pairs.captions, pairs.clip_of))), "x")
    assert same.figures.gap_norm == pytest.approx(0, abs=1e-9)
    assert (same.length.gap_estimate, same.length.gap_low) == (None, None)
    assert "measured on 20 of these 20 sounds" in same.length.gap_note
    moved = change(pairs, others, "x")
    left = np.linalg.norm(gap_vector(pairs) - gap_vector(others))
    assert moved.figures.gap_norm == pytest.approx(left)
    assert moved.length.gap_estimate < moved.figures.gap_norm


def test_json_keeps_the_plain_norm_under_its_name_and_gives_the_estimate_beside_it():
    pairs = drawn(10, 0)
    for crossing in (stay(pairs), blur(pairs, 0.1, seed=0)):
        told = crossing.to_json()
        assert told["gap_norm"] == pytest.approx(np.linalg.norm(gap_vector(crossing.pairs)))
        assert told["gap_low"] < told["gap_estimate"] < told["gap_norm"]
        assert told["gap_estimate"] < told["gap_high"]
