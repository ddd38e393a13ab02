"""Intervals, and what can be said of a margin with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np

from benchmark.stats.draws import N_DRAWS, N_TEST_DRAWS, in_clusters, resample
from benchmark.stats.samples import Array, Clusters, Sample, require_same_clips

LEVEL = 0.95
_ROUNDING = 1e-9

Finding = Literal["shown", "refuted", "undecided"]


def percentile_interval(draws: Array, level: float = LEVEL) -> tuple[float, float]:
    """Take the central interval of bootstrap draws (Efron's percentile interval)."""
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return float(low), float(high)


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


def typical_gap(samples: Sequence[Sample], clusters: Clusters | None = None) -> float | None:
    """Tell what difference these clips resolve between rows such as these.

    Args:
        samples: one a row, of the same metric and clips.
        clusters: the cluster of each clip; whole clusters are drawn.

    Returns:
        The median of ``resolvable_gap`` over all pairs of rows that are not the same on every
        clip; None where there is no such pair, for fewer than two rows, and for a single clip or
        cluster, whose draws are all the same.
    """
    samples = in_clusters(samples, clusters)
    if len(samples) < 2 or require_same_clips(samples) < 2:
        return None
    spread = np.cov(resample(samples, N_DRAWS))
    first, second = np.triu_indices(len(samples), k=1)
    variances = spread[first, first] + spread[second, second] - 2 * spread[first, second]
    errors = np.sqrt(np.maximum(variances, 0.0))
    unlike = errors[errors >= _ROUNDING]
    return resolvable_gap(float(np.median(unlike))) if unlike.size else None
