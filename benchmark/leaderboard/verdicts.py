"""What a simultaneous test lets one say of two rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from benchmark.contract.metrics import Metric
from benchmark.stats.families import AllPairs

Verdict = Literal[
    "better",
    "worse",
    "not distinguishable",
    "too few clips",
    "same on every clip",
    "not to be compared",
]


@dataclass(frozen=True, slots=True)
class Held:
    """One row held against another, in a family of such pairs.

    Attributes:
        difference: first less second; None where the two do not mean the same thing.
        low, high: simultaneous interval of it.
        p: adjusted for the family.
        verdict: of the first.
        detectable: the smallest true difference that would have been called with a power of 80 %.
    """

    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    verdict: Verdict
    detectable: float | None

    @property
    def differs(self) -> bool:
        return self.verdict in ("better", "worse")

    @property
    def figures(self) -> Mapping[str, float | str | None]:
        """What was measured, by name."""
        return {
            "difference": self.difference,
            "low": self.low,
            "high": self.high,
            "p": self.p,
            "verdict": self.verdict,
            "detectable": self.detectable,
        }


UNLIKE = Held(None, None, None, None, "not to be compared", None)
"""Two values that do not mean the same thing."""


def hold_pair(
    pairs: AllPairs, first: int, second: int, metric: Metric, *, is_alike: bool = True
) -> Held:
    """Say how one row of a family stands to another.

    Args:
        pairs: of the family.
        first: a row of it.
        second: another.
        metric: that they are held by.
        is_alike: whether the two values were made in the same way.
    """
    difference = float(pairs.differences[first, second])
    if not is_alike or math.isnan(difference):
        return UNLIKE
    low, high, detectable = (
        _known(array[first, second]) for array in (pairs.low, pairs.high, pairs.detectable)
    )
    p = float(pairs.p_values[first, second])
    verdict: Verdict = "not distinguishable"
    if pairs.differs(first, second):
        verdict = "better" if (difference > 0) == metric.higher_is_better else "worse"
    elif pairs.n_unlike[first, second] == 0:
        verdict = "same on every clip"
    elif detectable is None:
        verdict = "too few clips"
    return Held(difference, low, high, p, verdict, detectable)


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
