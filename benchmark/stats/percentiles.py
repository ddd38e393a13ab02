"""Percentiles with bounds that hold for any distribution, from order statistics alone."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

_TAIL = 0.025


class Percentile(NamedTuple):
    """A percentile of what was timed, and its 95 % bounds.

    Bounds that nobody computed, as in files of before there were any, are infinite: they bound
    nothing.
    """

    value: float
    low: float
    high: float

    @property
    def is_bounded(self) -> bool:
        return math.isfinite(self.low) and math.isfinite(self.high)

    @staticmethod
    def from_parts(
        value: float | None, low: float | None = None, high: float | None = None
    ) -> Percentile | None:
        """Put together what ``parts`` took apart; None where there is no value."""
        if value is None:
            return None
        return Percentile(
            value, -math.inf if low is None else low, math.inf if high is None else high
        )

    @property
    def parts(self) -> tuple[float, float | None, float | None]:
        """Value and bounds as JSON can spell them: a bound that bounds nothing is None."""
        low, high = (bound if math.isfinite(bound) else None for bound in (self.low, self.high))
        return self.value, low, high


class Percentiles(NamedTuple):
    """The three percentiles that are told of seconds; None where there are too few values.

    Attributes:
        p50: the median, from 6 values on.
        p90: from 36 on.
        p99: from 368 on.
    """

    p50: Percentile | None
    p90: Percentile | None
    p99: Percentile | None

    @staticmethod
    def of(seconds: ArrayLike) -> Percentiles:
        """Estimate all three of ``(n,)`` seconds."""
        return Percentiles(*(percentile(seconds, share) for share in (0.5, 0.9, 0.99)))

    def to_json(self) -> dict[str, float | None]:
        """Spell them out in nine keys: ``{"p50_s": 0.05, "p50_low_s": ..., ...}``."""
        fields: dict[str, float | None] = {}
        for name, estimate in self._asdict().items():
            value, low, high = estimate.parts if estimate else (None, None, None)
            fields |= {f"{name}_s": value, f"{name}_low_s": low, f"{name}_high_s": high}
        return fields


def percentile(values: ArrayLike, share: float) -> Percentile | None:
    """Estimate a percentile, if there are values enough to bound it from both sides.

    The number of values below the true percentile is binomial, ``B ~ Bin(n, share)``, whatever
    they are distributed like. So the bounds are two of the sorted values, those with the most
    narrow ranks that leave at most 2.5 % on either side (Hahn and Meeker, Statistical Intervals,
    section 5.2). Both exist from 6 values for p50 on, 36 for p90, 368 for p99.

    Args:
        values: ``(n,)``, independent, in any order.
        share: in (0, 1): 0.5 is the median. Between two values it is interpolated.

    Returns:
        None where a bound would be further out than any value.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    ranks = bound_ranks(len(ordered), share)
    if ranks is None:
        return None
    low, high = ranks
    value = float(np.quantile(ordered, share))
    return Percentile(value, float(ordered[low - 1]), float(ordered[high - 1]))


def bound_ranks(n_values: int, share: float) -> tuple[int, int] | None:
    """Find the ranks, counted from 1, of the values that bound a percentile with 95 %.

    Returns:
        The largest ``low`` with P(B < low) <= 2.5 % and the smallest ``high`` with P(B >= high)
        <= 2.5 %, or None where there is none from 1 to ``n_values``.
    """
    if n_values < 1:
        return None
    at_most = np.cumsum(_binomial(n_values, share))  # P(B <= k)
    at_least = np.cumsum(_binomial(n_values, share)[::-1])[::-1]  # P(B >= k)
    low = int(np.searchsorted(at_most, _TAIL, side="right"))
    is_rare = at_least <= _TAIL
    if low < 1 or not is_rare.any():
        return None
    return low, int(np.argmax(is_rare))


def _binomial(n_values: int, share: float) -> NDArray[np.float64]:
    """Compute ``P(B = k)`` for k from 0 to n."""
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n_values + 1)))])
    counts = np.arange(n_values + 1)
    log_choices = log_factorial[-1] - log_factorial - log_factorial[::-1]
    log_shares = counts * math.log(share) + (n_values - counts) * math.log1p(-share)
    return np.asarray(np.exp(log_choices + log_shares))
