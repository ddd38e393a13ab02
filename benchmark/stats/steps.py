"""Steps in a history of values, such as a nightly figure: piecewise constant levels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.stats.samples import Array

# Mean absolute deviation over median absolute difference: 0.84 for normal, 0.87 for Laplace noise.
_DEVIATION_OF_DIFFERENCE = 0.85
_MAX_LAG = 3
_PENALTY = 3.0


@dataclass(frozen=True, slots=True)
class Step:
    """A change of level.

    Attributes:
        index: the first value of the new level.
        before, after: the medians of the two levels.
    """

    index: int
    before: float
    after: float


def detect_steps(
    values: Sequence[float], *, least_noise: float = 0.0, least_length: int = 4
) -> list[Step]:
    """Find where a noisy history changed its level for good.

    Of all piecewise constant histories the one is taken that minimises the summed absolute
    deviations, in units of the noise, plus a penalty of ``3 log(n)`` a step: the L1 Potts
    functional (Weinmann, Storath and Demaret 2015), solved exactly by dynamic programming over
    levels, with a penalty as of the Bayesian information criterion (Yao 1988). asv detects
    regressions likewise. Absolute deviations keep outliers from counting as steps.

    The noise is read off differences of values up to three places apart, so that steps do not
    count as noise but drift from one value to the next does.

    Args:
        values: finite, oldest first.
        least_noise: the noise is taken to be this at least; needed where values mostly repeat
            and changes in the last digits should not count.
        least_length: how many values a level is fitted to at least. Up to half as many in a row
            that lie elsewhere are outliers; one more is a step.

    Returns:
        The steps, oldest first; none for fewer than ``2 * least_length`` values.

    Raises:
        ValueError: a value is not finite.
    """
    history = np.asarray(values, dtype=np.float64)
    if not np.isfinite(history).all():
        raise ValueError("a history with values that are not finite has no levels.")
    if len(history) < 2 * least_length:
        return []
    noise = max(_noise(history), least_noise, 1e-9 * float(np.abs(history).max()))
    if noise == 0:  # all values are 0
        return []
    starts = _best_starts(history, _PENALTY * math.log(len(history)) * noise, least_length)
    starts = _sharpen(history, starts)
    levels = _levels(history, starts)
    return [
        Step(start, before, after)
        for start, before, after in zip(starts, levels[:-1], levels[1:], strict=True)
    ]


def _noise(history: Array) -> float:
    lags = range(1, min(_MAX_LAG, len(history) // 4) + 1)  # so that few pairs span a step
    differences = [float(np.median(np.abs(history[lag:] - history[:-lag]))) for lag in lags]
    return _DEVIATION_OF_DIFFERENCE * max(differences)


def _best_starts(history: Array, penalty: float, least: int) -> list[int]:
    """Return the first index of each level but the first one.

    A level's best value is one of its own values, so levels are sought among those. ``costs[l]``
    is the least cost of the values so far if the last level is ``l``, ``origins[l]`` where that
    level began; ``best[i]`` is the least cost of the first i values.
    """
    candidates = np.unique(history)
    deviations = np.abs(history[:, np.newaxis] - candidates)
    summed = np.concatenate([np.zeros((1, len(candidates))), np.cumsum(deviations, axis=0)])
    n = len(history)
    best = np.full(n + 1, np.inf)
    best[0] = -penalty  # the first level is no step
    began: NDArray[np.int64] = np.zeros(n + 1, dtype=np.int64)
    costs = np.full(len(candidates), np.inf)
    origins = np.zeros(len(candidates), dtype=np.int64)
    for end in range(least, n + 1):
        begin = end - least
        fresh = best[begin] + penalty + summed[end] - summed[begin]
        longer = costs + deviations[end - 1]
        origins = np.where(fresh < longer, begin, origins)
        costs = np.minimum(fresh, longer)
        level = int(np.argmin(costs))
        best[end], began[end] = costs[level], origins[level]
    starts = []
    while (n := int(began[n])) > 0:
        starts.append(n)
    return starts[::-1]


def _sharpen(history: Array, starts: Sequence[int]) -> list[int]:
    """Move each start to where its two levels fit best; ``least_length`` may have pushed it off."""
    levels = _levels(history, starts)
    ends = [*starts, len(history)][1:]
    sharp: list[int] = []
    for end, before, after in zip(ends, levels[:-1], levels[1:], strict=True):
        begin = sharp[-1] if sharp else 0
        part = history[begin:end]
        gains = np.cumsum(np.abs(part - after) - np.abs(part - before))
        sharp.append(begin + 1 + int(np.argmax(gains[:-1])))
    return sharp


def _levels(history: Array, starts: Sequence[int]) -> list[float]:
    return [float(np.median(part)) for part in np.split(history, list(starts))]
