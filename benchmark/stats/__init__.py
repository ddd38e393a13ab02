"""Bootstrap intervals. Knows numbers, not captions."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

N_DRAWS = 1000
LEVEL = 0.95
_SEED = 20_240_101  # fixed, so that the same clips give the same interval in every run


@lru_cache(maxsize=8)
def draw_counts(n_clips: int, n_draws: int = N_DRAWS) -> NDArray[np.float64]:
    """Draw clips with replacement: how often each clip is in each draw.

    Returns:
        ``(n_draws, n_clips)``, every row summing to ``n_clips``; the same for all metrics and
        systems, so that differences between them can be read draw by draw.
    """
    rng = np.random.default_rng(_SEED)
    drawn = rng.integers(0, n_clips, size=(n_draws, n_clips))
    offsets = np.arange(n_draws)[:, None] * n_clips
    counts = np.bincount((drawn + offsets).ravel(), minlength=n_draws * n_clips)
    return counts.reshape(n_draws, n_clips).astype(np.float64)


def bootstrap_means(per_clip: NDArray[np.float64]) -> NDArray[np.float64]:
    """Resample the mean of ``(n_clips,)`` values; returns ``(n_draws,)`` means."""
    means: NDArray[np.float64] = draw_counts(len(per_clip)) @ per_clip / len(per_clip)
    return means


def percentile_interval(draws: NDArray[np.float64], level: float = LEVEL) -> tuple[float, float]:
    """Take the central interval of bootstrap draws (Efron's percentile interval)."""
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return float(low), float(high)
