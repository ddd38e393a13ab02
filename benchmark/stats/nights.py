"""Whether a corpus value fell by more than its own chance from night to night, on the same clips.

Chance is what differs between nights of unchanged code: draws, threads, training anew. Several
nights show it, clip by clip; one night shows none, and then which clips changed is taken as chance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.stats.samples import Array, Sample, require_same_clips

POWER = 0.8
_ROUNDING = 1e-9
_LEVEL_OF_JOINT = 0.1
"""Nights whose values differ this improbably much are of clips that move together."""


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
        grown = self.freedom * n_nights / self.n_nights
        freedom = n_nights - 1 if self.is_joint else grown
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
    takes clips as independent; its degrees of freedom are Satterthwaite's, where the variance of
    a clip's own variance is taken to be its square, the most that it may be: of captions that
    seldom change, more nights say little more. Where the nights' own values vary more than that
    (F test at 10 %), clips move together, and the variance is that of the few values.

    Args:
        nights: of the same metric and clips.

    Raises:
        ValueError: there is one night or none, or they are of unlike numbers of clips.
    """
    require_same_clips(nights)
    n_clips, n_nights = int(nights[0].is_valued.sum()), len(nights)
    if n_nights < 2:
        raise ValueError(f"{n_nights} night; expected two or more.")
    values = np.array([night.value for night in nights])
    by_clip = moves_of(nights).var(axis=0, ddof=1)
    variance = float(by_clip.sum())
    if math.sqrt(variance) <= _ROUNDING * max(abs(values).max(), _ROUNDING):
        return NightNoise(n_nights, n_clips, 0.0, math.inf)
    freedom = min(n_nights - 1, 2) * variance**2 / float((by_clip**2).sum())
    between = float(values.var(ddof=1))
    if _f_tail(between / variance, n_nights - 1, freedom) < _LEVEL_OF_JOINT:
        return NightNoise(n_nights, n_clips, between, n_nights - 1, is_joint=True)
    return NightNoise(n_nights, n_clips, variance, freedom)


@dataclass(frozen=True, slots=True)
class Fall:
    """A loss held against its limit.

    Attributes:
        before: the mean value of the accepted nights.
        now: the value of the night that is judged.
        loss: how much worse it is, in the metric's units; negative is better.
        allowed: the loss that the limit allows.
        error, freedom: standard error of the loss beyond the limit, its degrees of freedom.
        p_value: one-sided, of a true loss that is just allowed.
        n_clips: that have a value in all nights.
        noise: of the accepted nights; None where there is one.
    """

    before: float
    now: float
    loss: float
    allowed: float
    error: float
    freedom: float
    p_value: float
    n_clips: int
    noise: NightNoise | None

    def clips_to_tell(self, alpha: float) -> int | None:
        """Tell how many clips such as these call a loss of this size; None where none do.

        Of one accepted night: with several, clips do not decide what is chance.
        """
        excess = self.loss - self.allowed
        if self.noise is not None or excess <= 0 or not math.isfinite(self.error):
            return None
        ratio = _t_quantile(1 - alpha, self.freedom) * self.error / excess
        return max(self.n_clips, math.ceil(self.n_clips * ratio**2))


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
    n_clips = int(np.logical_and.reduce([n.is_valued for n in (*nights, now)]).sum())
    return Fall(before, now.value, loss, allowed, error, freedom, p_value, n_clips, noise)


def least_loss_over_clips(night: Sample, share: float, alpha: float) -> float | None:
    """Tell the least loss, as a share, that one accepted night calls with a power of 80 %.

    Of captions that become worthless, here and there: a share ``d`` of them costs ``d`` of the
    value, and the paired differences, of which ``d`` are a clip's part and the others nothing,
    have the variance ``d (1 + c^2) - d^2`` where parts vary by ``c`` of their mean.

    Args:
        night: that was accepted.
        share: of the value, that may be lost; the test is against it.
        alpha: of that one-sided test.

    Returns:
        None where not even all captions are enough.
    """
    rows = np.flatnonzero(night.is_valued)
    statistics, n_clips = night.statistics[rows], len(rows)
    parts = np.abs(night.aggregate(statistics))
    spread = float(parts.var()) / max(float(parts.mean()) ** 2, _ROUNDING)
    critical = _t_quantile(1 - alpha, n_clips - 1) + _t_quantile(POWER, n_clips - 1)
    lost = np.linspace(0, 1, 1001)
    error = np.sqrt(np.maximum(lost * (1 + spread) - lost**2, 0) / n_clips)
    called = lost[(lost > share) & (lost >= share + critical * error)]
    return float(called[0]) if len(called) else None


def moves_of(nights: Sequence[Sample]) -> Array:
    """Tell how far the value of the mean of nights moves with one clip of a night in its place.

    Returns:
        ``(n_nights, n_clips)``.
    """
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
