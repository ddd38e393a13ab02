"""The interval of a ratio of two differences."""

from __future__ import annotations

import math

from benchmark.stats.samples import Array

LEVEL = 0.95


def ratio_interval(
    above: float, below: float, covariance: Array, n_units: int, level: float = LEVEL
) -> tuple[float, float] | None:
    """Find the interval of ``above / below`` (Fieller 1954).

    It holds the ratios ``r`` for which a t-test does not tell ``above - r * below`` from 0, so
    that chance in what is divided by counts as well.

    Args:
        above: what is divided.
        below: what it is divided by.
        covariance: ``(2, 2)`` of both.
        n_units: clips or clusters that they are of, two or more.
        level: of the interval.

    Returns:
        None where it has no bounds: ``below`` itself is not told from 0.
    """
    from scipy import special

    squared = float(special.stdtrit(n_units - 1, (1 + level) / 2)) ** 2
    (of_above, shared), (_, of_below) = covariance.tolist()
    divisor = below**2 - squared * of_below
    if divisor <= 0:
        return None
    middle = above * below - squared * shared
    inside = middle**2 - divisor * (above**2 - squared * of_above)
    half = math.sqrt(max(inside, 0.0))
    return (middle - half) / divisor, (middle + half) / divisor
