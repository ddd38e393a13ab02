"""Whether a corpus value fell by more than its own chance from night to night, on the same clips.

Chance is what differs between nights of unchanged code: draws, threads, training anew. Several
nights show it, clip by clip; one night shows none, and then which clips changed is taken as chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.stats.samples import Array, Sample, require_same_clips

POWER = 0.8
_ROUNDING = 1e-9
_LEVEL_OF_JOINT = 0.05
"""Nights whose values differ this improbably much are of clips that move together."""

_SEED = 20_240_103
_LEAST_DRAWS = 10_000
_CELLS_OF_BLOCK = 1 << 22


@dataclass(frozen=True, slots=True)
class Limit:
    """A loss that is allowed: a share of the value before, and an amount in the metric's units."""

    share: float = 0.0
    amount: float = 0.0

    def of(self, value: float) -> float:
        """Tell the loss that is allowed from a value."""
        return self.share * abs(value) + self.amount


@dataclass(frozen=True, slots=True)
class NightNoise:
    """How a corpus value varies between nights of unchanged code.

    Attributes:
        n_nights: that it was seen in.
        n_clips: of each.
        variance: of one night's value; 0 where all nights are equal.
        freedom: degrees of freedom of that variance; infinite where it is 0.
        is_joint: clips move together, as those of models that are trained anew: more clips do
            not make it less.
    """

    n_nights: int
    n_clips: int
    variance: float
    freedom: float
    is_joint: bool = False

    @property
    def standard_error(self) -> float:
        """Of the mean over the nights less one more night."""
        return math.sqrt(self.variance * (1 + 1 / self.n_nights))

    def least_loss(self, allowed: float, alpha: float) -> float:
        """Tell the smallest true loss that is called with a power of 80 %.

        Args:
            allowed: the loss that is allowed; the test is against it.
            alpha: of that one-sided test.
        """
        if not self.variance:
            return allowed
        critical = _t_quantile(1 - alpha, self.freedom) + _t_quantile(POWER, self.freedom)
        return allowed + critical * self.standard_error

    def over(self, n_nights: int) -> NightNoise:
        """Tell what would be known of the same noise from another number of nights."""
        per_night = self.freedom / max(self.n_nights - 1, 1)
        freedom = per_night * (n_nights - 1)
        return NightNoise(n_nights, self.n_clips, self.variance, freedom, self.is_joint)

    def nights_for(self, loss: float, allowed: float, alpha: float, most: int) -> int | None:
        """Tell how many nights call a true loss; None where ``most`` do not."""
        several = range(2, most + 1)
        found = (n for n in several if self.over(n).least_loss(allowed, alpha) <= loss)
        return next(found, None)

    def clips_for(self, loss: float, allowed: float, alpha: float) -> int | None:
        """Tell how many clips call a true loss; None where no number does."""
        if self.is_joint or loss <= allowed:
            return None
        excess = self.least_loss(allowed, alpha) - allowed
        return max(self.n_clips, math.ceil(self.n_clips * (excess / (loss - allowed)) ** 2))


def measure_noise(nights: Sequence[Sample]) -> NightNoise:
    """Estimate from two nights or more how a corpus value varies between nights.

    A clip's part in a night's value is how far the mean of all nights moves when its statistics
    are exchanged for that night's. The variances of these parts are added over the clips, which
    takes clips as independent; its degrees of freedom are Welch and Satterthwaite's. Where the
    nights' own values vary more than that (F test at 5 %), clips move together, and the variance
    is that of the few values.

    Args:
        nights: of the same metric and clips.

    Raises:
        ValueError: there is one night or none, or they are of unlike numbers of clips.
    """
    n_clips, n_nights = require_same_clips(nights), len(nights)
    if n_nights < 2:
        raise ValueError(f"{n_nights} night; expected two or more.")
    values = np.array([night.value for night in nights])
    by_clip = _moves(nights).var(axis=0, ddof=1)
    variance = float(by_clip.sum())
    if math.sqrt(variance) <= _ROUNDING * max(abs(values).max(), _ROUNDING):
        return NightNoise(n_nights, n_clips, 0.0, math.inf)
    freedom = (n_nights - 1) * variance**2 / float((by_clip**2).sum())
    between = float(values.var(ddof=1))
    if _f_tail(between / variance, n_nights - 1, freedom) < _LEVEL_OF_JOINT:
        return NightNoise(n_nights, n_clips, between, n_nights - 1, is_joint=True)
    return NightNoise(n_nights, n_clips, variance, freedom)


def noise_of_change(before: Sample, now: Sample) -> NightNoise:
    """Take all that changed between two nights as chance: the most that one night can tell."""
    n_clips = require_same_clips([before, now])
    by_clip = _moves([before, now]).var(axis=0, ddof=1)
    variance = float(by_clip.sum())
    if not variance:
        return NightNoise(1, n_clips, 0.0, math.inf)
    return NightNoise(1, n_clips, variance, variance**2 / float((by_clip**2).sum()))


@dataclass(frozen=True, slots=True)
class Fall:
    """A loss held against its limit.

    Attributes:
        before: the mean value of the accepted nights.
        now: the value of the night that is judged.
        loss: how much worse it is, in the metric's units; negative is better.
        allowed: the loss that the limit allows.
        p_value: one-sided, of a true loss that is just allowed.
        noise: of the accepted nights; None where there is one.
    """

    before: float
    now: float
    loss: float
    allowed: float
    p_value: float
    noise: NightNoise | None


def judge_fall(
    nights: Sequence[Sample], now: Sample, limit: Limit, *, higher_is_better: bool
) -> Fall:
    """Test whether the true loss of a night is greater than its limit.

    Against several nights: the loss beyond the limit over its standard error from night to night,
    by Student's t; nothing is chance where all nights are equal. Against one night: the same over
    clips, by the jackknife (Efron and Tibshirani 1993, ch. 11) with one less than the clips as
    degrees of freedom, which holds for whatever of the clips might have changed.

    Args:
        nights: that were accepted, of the same metric and clips.
        now: the night that is judged.
        limit: of the loss.
        higher_is_better: else the value rises where it gets worse.

    Raises:
        ValueError: no nights, or nights of unlike numbers of clips.
    """
    require_same_clips([*nights, now])
    before = float(np.mean([night.value for night in nights]))
    sign = 1.0 if higher_is_better else -1.0
    loss, allowed = sign * (before - now.value), limit.of(before)
    weight = sign - math.copysign(limit.share, before)  # of the value before in loss less allowed
    noise = measure_noise(nights) if len(nights) > 1 else None
    if noise is None:
        error, freedom = _over_clips(nights[0], now, weight, sign)
    else:
        error = math.sqrt(noise.variance * (1 + weight**2 / noise.n_nights))
        freedom = noise.freedom
    p_value = _t_tail(loss - allowed, error, freedom, _ROUNDING * max(abs(before), _ROUNDING))
    return Fall(before, now.value, loss, allowed, p_value, noise)


def shuffle_nights(
    nights: Sequence[Sample], now: Sample, *, higher_is_better: bool, alpha: float
) -> float:
    """Test for any loss at all by shuffling, clip by clip, which of the nights is the judged one.

    Exact for unchanged code whose clips are independent, however few of them change: what few
    nights of a few changes say of a variance is little. With one accepted night it is the
    one-sided test by random swaps (Noreen 1989).

    Args:
        nights: that were accepted, of the same metric and clips.
        now: the night that is judged.
        higher_is_better: else the value rises where it gets worse.
        alpha: the level that the p-value is for; small ones need more draws.

    Returns:
        The p-value, the observed order being one of the draws (Phipson and Smyth 2010).
    """
    sign = 1.0 if higher_is_better else -1.0
    moves = sign * _moves([*nights, now])
    moves = moves[:, np.abs(moves).max(axis=0) > 0]
    n_nights, n_clips = len(nights) + 1, moves.shape[1]
    if not n_clips:
        return 1.0
    observed = float(moves[-1].sum())
    slack = _ROUNDING * float(np.abs(moves).sum())
    n_draws, n_as_low = max(_LEAST_DRAWS, math.ceil(20 / alpha)), 0
    for order in _orders(n_nights, n_clips, n_draws):
        drawn = np.take_along_axis(moves, order, axis=0).sum(axis=1)
        n_as_low += int((drawn <= observed + slack).sum())
    return (1 + n_as_low) / (1 + n_draws)


def fewest_changes(n_nights: int, alpha: float) -> int:
    """Tell how few captions can tell a loss from rare chance: where no night changed any."""
    return math.ceil(math.log(1 / alpha, n_nights + 1) - _ROUNDING)


def _orders(n_nights: int, n_clips: int, n_draws: int) -> Iterator[NDArray[np.int64]]:
    """Draw for each clip which night is the judged one: ``(n_rows, n_clips)`` some at a time."""
    rng = np.random.default_rng(_SEED)
    n_rows = max(1, _CELLS_OF_BLOCK // n_clips)
    for start in range(0, n_draws, n_rows):
        yield rng.integers(0, n_nights, size=(min(n_rows, n_draws - start), n_clips))


def _moves(nights: Sequence[Sample]) -> Array:
    """Value the mean of nights with one clip exchanged for a night's: ``(n_nights, n_clips)``."""
    rows = np.stack([night.statistics for night in nights])
    centre = rows.mean(axis=0)
    total, aggregate = centre.sum(axis=0), nights[0].aggregate
    moves: Array = aggregate(total - centre + rows) - aggregate(total)
    return moves


def _over_clips(before: Sample, now: Sample, weight: float, sign: float) -> tuple[float, float]:
    """Take the jackknife's standard error of ``weight * before - sign * now``, and its freedom."""
    has_value = before.is_valued & now.is_valued
    one, other = (sample.take(np.flatnonzero(has_value)) for sample in (before, now))
    n_clips = one.n_clips
    without = [
        sample.aggregate(sample.statistics.sum(axis=0) - sample.statistics)
        for sample in (one, other)
    ]
    left_out = weight * without[0] - sign * without[1]
    error = math.sqrt((n_clips - 1) * float(left_out.var()))
    return error, n_clips - 1


def _t_tail(excess: float, error: float, freedom: float, rounding: float) -> float:
    if not math.isfinite(error) or excess <= rounding:
        return 1.0
    if error <= rounding:
        return 0.0
    from scipy import special

    return float(special.stdtr(min(freedom, _MANY), -excess / error))


_MANY = 1e9
"""Degrees of freedom that are as good as infinitely many."""


def _t_quantile(share: float, freedom: float) -> float:
    from scipy import special

    return float(special.stdtrit(min(freedom, _MANY), share))


def _f_tail(ratio: float, above: float, below: float) -> float:
    from scipy import special

    return float(special.fdtrc(above, below, ratio))
