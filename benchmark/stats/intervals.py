"""Intervals, and what can be said of a margin with one.

Which interval a corpus value or a difference has is decided here, in ``interval_of`` and
``interval_of_difference``, and nowhere else. A unit is a clip, or a cluster of clips.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np

from benchmark.stats.draws import N_DRAWS, N_TEST_DRAWS, in_clusters, resample
from benchmark.stats.samples import Array, Clusters, Sample

LEVEL = 0.95
FEW_UNITS = 30
"""Below it tables say that intervals are of few clips."""

N_FOR_PERCENTILES = 100
"""From so many units on the percentiles of bootstrap draws cover what they promise."""

_ROUNDING = 1e-9
_SEED = 20_240_103
_AT_BOUND = 1e-4
"""Of the range between the bounds; BLEU's smoothing alone makes less."""

Finding = Literal["shown", "refuted", "undecided"]


class Interval(NamedTuple):
    """Where the value of all clips like these lies, with the confidence that was asked for."""

    low: float
    high: float


def interval_of(
    sample: Sample,
    *,
    level: float = LEVEL,
    n_draws: int = N_DRAWS,
    clusters: Clusters | None = None,
) -> Interval | None:
    """Find the interval of a corpus value over its units that have a value.

    * A share, that is every unit at one of the metric's two bounds, or the corpus value at one:
      the exact interval of Clopper and Pearson (1934), scaled to the bounds. So none of n is not
      certainly none.
    * From ``N_FOR_PERCENTILES`` units on: percentiles of bootstrap draws (Efron).
    * Below: Student's t with n - 1 degrees of freedom, times the jackknife's standard error, by
      the delta method on the scale of ``Scale``, which keeps it within the bounds.

    Args:
        sample: of one metric; its ``bounds`` choose the scale.
        level: of the interval.
        n_draws: bootstrap draws.
        clusters: the cluster of each clip; whole clusters are then units.

    Returns:
        None for a single unit.
    """
    sample = in_clusters([sample], clusters)[0].only_valued()
    if sample.n_clips < 2:
        return None
    n_high = count_high(sample)
    if n_high is not None:
        return _exact_share(n_high, sample.n_clips, sample.bounds, level)
    error = jackknife_error(sample.left_out)
    if sample.n_clips >= N_FOR_PERCENTILES:
        return percentile_interval(resample([sample], n_draws)[0], level)
    half = t_quantile(sample.n_clips, level)
    low, high = _move(sample, error * np.array([-half, half]))
    return Interval(float(low), float(high))


def draws_of(sample: Sample, n_draws: int = N_DRAWS, clusters: Clusters | None = None) -> Array:
    """Draw values whose percentiles are the interval that ``interval_of`` finds for no share.

    So other chance, as that of seeds, may be added to that of the clips.

    Returns:
        ``(n_draws,)``; all of them the value where units do not vary, or there is one alone.
    """
    sample = in_clusters([sample], clusters)[0].only_valued()
    if sample.n_clips >= N_FOR_PERCENTILES:
        draws: Array = resample([sample], n_draws)[0]
        return draws
    if sample.n_clips < 2 or not (error := jackknife_error(sample.left_out)):
        return np.full(n_draws, sample.value)
    rng = np.random.default_rng(_SEED)
    return _move(sample, error * rng.standard_t(sample.n_clips - 1, size=n_draws))


def _move(sample: Sample, steps: Array) -> Array:
    """Move a value by small steps on its scale (the delta method)."""
    scale = Scale(sample.bounds)
    return scale.back(scale.to(sample.value) + scale.slope(sample.value) * steps)


def interval_of_difference(
    first: Sample, second: Sample, draws: Array, level: float = LEVEL
) -> Interval:
    """Find the interval of first less second, paired.

    From ``N_FOR_PERCENTILES`` units on that have a value in either it holds the percentiles of
    ``draws``; below, Student's t times the jackknife's standard error of the difference.

    Args:
        first: whose value comes first.
        second: the same metric and units.
        draws: ``(n_draws,)`` differences on bootstrap draws of the units.
        level: of the interval.
    """
    left_out = (first.left_out - second.left_out)[first.is_valued | second.is_valued]
    n_units = len(left_out)
    if n_units >= N_FOR_PERCENTILES or n_units < 2:
        return percentile_interval(draws, level)
    half = t_quantile(n_units, level) * jackknife_error(left_out)
    difference = first.value - second.value
    return Interval(difference - half, difference + half)


def percentile_interval(draws: Array, level: float = LEVEL) -> Interval:
    """Take the central interval of bootstrap draws (Efron's percentile interval)."""
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return Interval(float(low), float(high))


def jackknife_error(left_out: Array) -> float:
    """Take the standard error from the values without each unit (Efron and Tibshirani, 11.5)."""
    return float(left_out.std() * math.sqrt(len(left_out) - 1))


def t_quantile(n_units: int, level: float) -> float:
    """Give the two-sided quantile of Student's t with ``n_units - 1`` degrees of freedom."""
    from scipy import special

    return float(special.stdtrit(n_units - 1, (1 + level) / 2))


def count_high(sample: Sample) -> int | None:
    """Count the units at the upper bound, where a corpus value is a share of them.

    Returns:
        None where it is no share: the sample has no two finite bounds, or a unit lies between
        them, or the value is not the mean of the units'. A value at a bound is a share of none
        or of all whatever the units are: no BLEU-4 of a few clips says that there is none.
    """
    low, high = sample.bounds
    if not math.isfinite(high - low):
        return None
    value = (sample.value - low) / (high - low)
    if min(value, 1 - value) < _AT_BOUND:
        return round(value) * sample.n_clips
    units = (sample.per_clip - low) / (high - low)
    is_between = (units > _AT_BOUND) & (units < 1 - _AT_BOUND)
    if is_between.any() or abs(units.mean() - value) > _AT_BOUND:
        return None
    return int((units > 0.5).sum())


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale on which values between bounds spread evenly to both sides.

    It is the log of the odds between two bounds, the log of the distance from a lower one alone,
    else the values themselves.

    Attributes:
        bounds: the least and the greatest value.
    """

    bounds: tuple[float, float]

    def to(self, value: float) -> float:
        """Put a value between the bounds onto the scale."""
        low, high = self.bounds
        if not math.isfinite(low):
            return value
        return math.log(value - low) - (math.log(high - value) if math.isfinite(high) else 0.0)

    def slope(self, value: float) -> float:
        """Tell by how much a point of the scale moves with the value."""
        low, high = self.bounds
        if not math.isfinite(low):
            return 1.0
        return 1 / (value - low) + (1 / (high - value) if math.isfinite(high) else 0.0)

    def back(self, points: Array) -> Array:
        """Turn points of the scale into values."""
        from scipy import special

        low, high = self.bounds
        if not math.isfinite(low):
            return points
        is_closed = math.isfinite(high)
        values: Array = low + (
            (high - low) * special.expit(points) if is_closed else np.exp(points)
        )
        return values


def _exact_share(n_high: int, n_units: int, bounds: tuple[float, float], level: float) -> Interval:
    """Bound a share of units (Clopper and Pearson 1934), and scale it to the metric's bounds."""
    from scipy import special

    tail, (least, greatest) = (1 - level) / 2, bounds
    low = special.betaincinv(n_high, n_units - n_high + 1, tail) if n_high else 0.0
    high = special.betaincinv(n_high + 1, n_units - n_high, 1 - tail) if n_high < n_units else 1.0
    return Interval(*(float(least + (greatest - least) * share) for share in (low, high)))


@dataclass(frozen=True, slots=True)
class NonInferiority:
    """A test that a candidate is not worse than a baseline by a margin or more.

    Attributes:
        difference: candidate less baseline.
        low, high: the one-sided lower and the one-sided upper bound of the difference.
        finding: ``shown``: the lower bound lies above ``-margin``; ``refuted``: the upper bound
            lies below it; ``undecided``: neither, the clips are too few to tell.
    """

    difference: float
    low: float
    high: float
    finding: Finding


def judge_non_inferiority(
    candidate: Sample,
    baseline: Sample,
    margin: float,
    *,
    level: float = LEVEL,
    n_draws: int = N_TEST_DRAWS,
    clusters: Clusters | None = None,
) -> NonInferiority:
    """Judge whether a candidate is worse than a baseline by less than a margin.

    Each finding is wrong in ``1 - level`` of the cases whose true difference is the margin
    (Piaggio et al. 2012, CONSORT for non-inferiority; the bounds are percentiles of paired
    bootstrap differences). Where less is better, give the baseline as the candidate.

    Args:
        candidate: what is judged.
        baseline: the same metric and clips.
        margin: the loss that would matter, 0 or more, in the metric's units.
        level: of each of the two one-sided bounds.
        n_draws: bootstrap draws.
        clusters: the cluster of each clip; whole clusters are drawn.

    Raises:
        ValueError: the margin is negative, or the samples are not of the same clips.
    """
    if not margin >= 0:
        raise ValueError(f"margin {margin}; expected 0 or more.")
    candidate_draws, baseline_draws = resample([candidate, baseline], n_draws, clusters)
    low, high = percentile_interval(candidate_draws - baseline_draws, level=2 * level - 1)
    finding: Finding = "undecided"
    if low > -margin:
        finding = "shown"
    elif high < -margin:
        finding = "refuted"
    return NonInferiority(candidate.value - baseline.value, low, high, finding)


def resolvable_gap(standard_error: float, level: float = LEVEL, power: float = 0.8) -> float | None:
    """Tell the smallest true difference that a paired test would call.

    Args:
        standard_error: of the paired difference.
        level: 1 less the chance to call a difference where there is none.
        power: the chance to call one of the returned size.

    Returns:
        ``(z(1 - (1 - level) / 2) + z(power)) * standard_error``: 2.80 standard errors for the
        defaults (Cohen 1988, by the normal approximation). None where both sides are the same on
        every clip, but for rounding: they say nothing of what others would differ by.
    """
    if standard_error < _ROUNDING:
        return None
    normal = NormalDist()
    return (normal.inv_cdf((1 + level) / 2) + normal.inv_cdf(power)) * standard_error
