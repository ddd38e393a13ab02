"""Whether a night is worse than others at all, by shuffling nights clip by clip; exact for few."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmark.stats.nights import moves_of
from benchmark.stats.samples import Sample

_ROUNDING = 1e-9
_SAFELY = 0.9
"""Share of alpha that a p-value may be for sure, as it comes from random draws."""

_SEED = 20_240_103
_LEAST_DRAWS = 10_000
_CELLS_OF_BLOCK = 1 << 22


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
    moves = sign * moves_of([*nights, now])
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
    return math.ceil(-math.log(_SAFELY * alpha) / math.log(n_nights + 1) - _ROUNDING)


def nights_for_changes(n_changes: int, alpha: float) -> int:
    """Tell how many equal nights make so many changed captions more than rare chance."""
    several: float = (_SAFELY * alpha) ** (-1 / max(n_changes, 1)) - 1
    return max(2, math.ceil(several - _ROUNDING))


def _orders(n_nights: int, n_clips: int, n_draws: int) -> Iterator[NDArray[np.int64]]:
    """Draw for each clip which night is the judged one: ``(n_rows, n_clips)`` some at a time."""
    rng = np.random.default_rng(_SEED)
    n_rows = max(1, _CELLS_OF_BLOCK // n_clips)
    for start in range(0, n_draws, n_rows):
        yield rng.integers(0, n_nights, size=(min(n_rows, n_draws - start), n_clips))
