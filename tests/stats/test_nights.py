"""Falls from night to night: what is chance, what is shown, how little tells it."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.stats.nights import (
    Limit,
    NightNoise,
    judge_fall,
    measure_noise,
)
from benchmark.stats.samples import Sample

TWO_PERCENT = Limit(share=0.02)


def nights_of(rng, n_nights, n_clips=120, noise=0.2):
    """Nights of one system, whose clips vary independently."""
    level = rng.gamma(1.0, size=n_clips)
    return [Sample.of_mean(level + rng.normal(0, noise, n_clips)) for _ in range(n_nights)]


def of(*values):
    return Sample.of_mean(np.array(values, dtype=np.float64))


def fall(nights, now, limit=TWO_PERCENT, higher_is_better=True):
    return judge_fall(nights, now, limit, higher_is_better=higher_is_better)


def test_the_noise_of_means_is_that_of_their_clips():
    nights = nights_of(np.random.default_rng(0), 5)
    by_clip = np.stack([night.per_clip for night in nights]).var(axis=0, ddof=1)
    noise = measure_noise(nights)
    assert not noise.is_joint
    assert noise.variance == pytest.approx(by_clip.sum() / 120**2)
    assert noise.freedom == pytest.approx(2 * by_clip.sum() ** 2 / (by_clip**2).sum())


def test_nights_that_are_equal_have_no_noise_and_any_loss_beyond_the_limit_is_real():
    nights = [of(*[1.0] * 50)] * 3
    found = fall(nights, of(*[1.0] * 49, -0.5))
    assert (found.noise.variance, found.p_value) == (0.0, 0.0)
    assert found.loss == pytest.approx(0.03)
    assert fall(nights, of(*[1.0] * 49, 0.5)).p_value == 1.0
    assert found.noise.least_loss(0.02, 0.01) == 0.02


def test_a_loss_of_just_the_limit_is_not_beyond_it():
    nights = nights_of(np.random.default_rng(1), 3)
    at = np.mean([night.value for night in nights])
    now = Sample.of_mean(nights[0].per_clip + 0.98 * at - nights[0].value)
    assert fall(nights, now).loss == pytest.approx(fall(nights, now).allowed)
    assert fall(nights, now).p_value >= 0.5


def test_the_limit_may_be_an_amount_and_a_loss_may_be_a_rise():
    nights = [of(*[0.25] * 20)] * 2
    for now, p_value in ((0.2600, 1.0), (0.2601, 0.0), (0.2, 1.0)):
        found = fall(nights, of(*[now] * 20), Limit(amount=0.01), higher_is_better=False)
        assert found.p_value == p_value


def test_clips_that_move_together_leave_as_many_values_as_nights():
    rng = np.random.default_rng(2)
    level = rng.gamma(1.0, size=200)
    shifts = (0.0, 0.2, -0.2, 0.1)
    nights = [Sample.of_mean(level + shift + rng.normal(0, 0.05, 200)) for shift in shifts]
    noise = measure_noise(nights)
    assert (noise.is_joint, noise.freedom) == (True, 3)
    assert noise.variance == pytest.approx(np.var([night.value for night in nights], ddof=1))
    assert noise.clips_for(0.05, 0.02, 0.01) is None


def test_one_night_takes_for_chance_which_clips_changed():
    """The error of the mean of paired differences, as scipy's paired t has it."""
    from scipy.stats import ttest_rel

    rng = np.random.default_rng(3)
    before, now = rng.gamma(1.0, size=60), rng.gamma(0.8, size=60)
    found = fall([Sample.of_mean(before)], Sample.of_mean(now), Limit())
    assert found.noise is None
    expected = ttest_rel(before, now, alternative="greater").pvalue
    assert found.p_value == pytest.approx(expected, rel=1e-6)


def test_a_clip_without_a_value_is_no_clip_of_the_jackknife():
    rng = np.random.default_rng(4)
    before, now = rng.gamma(1.0, size=(2, 30))
    empty = np.zeros((5, 2))
    shorter, longer = (
        [Sample(np.concatenate([s.statistics, rest]), s.aggregate)
         for s in (Sample.of_mean(before), Sample.of_mean(now))]
        for rest in (empty[:0], empty)
    )  # fmt: skip
    assert fall([longer[0]], longer[1]).p_value == fall([shorter[0]], shorter[1]).p_value


def test_what_more_nights_or_clips_would_call_is_what_they_call_then():
    noise = NightNoise(3, 120, 0.01**2, 100.0)
    n_nights = noise.nights_for(0.06, 0.02, 0.001, 60)
    assert n_nights is not None
    assert noise.over(n_nights).least_loss(0.02, 0.001) <= 0.06
    assert noise.over(n_nights - 1).least_loss(0.02, 0.001) > 0.06
    n_clips = noise.clips_for(0.05, 0.02, 0.001)
    assert n_clips is not None
    larger = NightNoise(3, n_clips, 0.01**2 * 120 / n_clips, 100.0)
    assert larger.least_loss(0.02, 0.001) == pytest.approx(0.05, rel=0.01)
    assert noise.nights_for(0.021, 0.02, 0.001, 60) is None
    assert noise.clips_for(0.02, 0.02, 0.001) is None


def test_a_single_night_shows_no_noise():
    with pytest.raises(ValueError, match="two or more"):
        measure_noise([of(1.0, 2.0)])
