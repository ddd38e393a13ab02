"""What a test can decide at all: how many draws a family needs, and how many clips.

The p-value of swaps is never below that of its own draws, 1 / (draws + 1), nor below that of the
clips: of the 2^n ways to swap n clips, none moves a difference further than leaving all as they
are and, two-sided, swapping all. A test beyond both says "not distinguishable" whatever is true.
"""

from __future__ import annotations

import math

from benchmark.stats.intervals import LEVEL

_ROUNDING = 1e-9  # 1 - level is not exact: 1 - .95 lies above .05


def draws_needed(n_tests: int, level: float = LEVEL) -> int:
    """Tell how many rounds of swaps a family of tests needs so that any of them can be called.

    Args:
        n_tests: corrected together by Holm, whose first step multiplies the smallest p by it. A
            family that is tested by its largest difference (``compare_all``) counts as one.
        level: 1 less the chance to call any difference where there is none.

    Returns:
        The least number with ``(draws + 1) * (1 - level) >= n_tests``.
    """
    return max(1, math.ceil(n_tests / (1 - level) * (1 - _ROUNDING)) - 1)


def can_decide(n_units: int, n_tests: int = 1, level: float = LEVEL, sided: int = 2) -> bool:
    """Tell whether a test by swaps of so many clips, or clusters, can ever call a difference.

    Args:
        n_units: clips or clusters that are swapped as one.
        n_tests: corrected together by Holm.
        level: 1 less the chance to call any difference where there is none.
        sided: 1 where only one direction counts, else 2.
    """
    return n_tests * smallest_p(n_units, sided) <= (1 - level) * (1 + _ROUNDING)


def units_needed(n_tests: int = 1, level: float = LEVEL, sided: int = 2) -> int:
    """Tell the least number of clips or clusters with which ``can_decide`` holds: 6 at 5 %."""
    return max(1, math.ceil(math.log2(sided * n_tests / (1 - level)) - _ROUNDING))


def smallest_p(n_units: int, sided: int = 2) -> float:
    """Tell the smallest p-value that swaps of so many clips, or clusters, can have."""
    return min(1.0, sided * 0.5**n_units)
