"""How long the gap of all clips like these is, told from few.

The mean of n clips is off by chance, and chance only adds to a length: that of a mean difference
is too long by some ``tr(S) / n`` on the squared scale, S the clips' covariance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench_wsac.gap_study.measure import Pairs

FEW_CLIPS = 5
LEVEL = 0.95
_FEWEST_FOR_INTERVAL = 3

Wide = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GapLength:
    """The length of the gap, estimated.

    Attributes:
        gap_estimate: without the part that is chance; the plain length for one clip. None where
            the gap was made 0 on these clips, of which nothing can be told then.
        gap_low, gap_high: a 95 % interval over clips; None where there is none.
        gap_note: what is to be known of them, in words.
    """

    gap_estimate: float | None
    gap_low: float | None = None
    gap_high: float | None = None
    gap_note: str | None = None


def estimate_length(pairs: Pairs) -> GapLength:
    """Estimate the length of the gap from each clip's sound less the mean of its captions.

    The squared length less ``tr(S) / n`` is the mean product of two different clips'
    differences, without bias (a U-statistic; Hoeffding 1948). Its interval is Student's t times
    the delete-one jackknife's standard error (Efron and Tibshirani 1993, 11.5). Both are set to
    0 where they lie below it, then rooted.
    """
    apart = differences(pairs)
    n_clips = len(apart)
    total = apart.sum(axis=0)
    if n_clips == 1:
        return GapLength(float(np.linalg.norm(total)), gap_note="1 clip: plain norm, no interval")
    own = np.einsum("cd,cd->c", apart, apart)
    squared = (total @ total - own.sum()) / (n_clips * (n_clips - 1))
    if n_clips < _FEWEST_FOR_INTERVAL:
        return GapLength(_root(squared), gap_note=f"{n_clips} clips are few: no interval")
    # Without clip i the sum is total - d_i, and the squares are those of the others.
    rest = total @ total - 2 * (apart @ total) + own - (own.sum() - own)
    left_out = rest / ((n_clips - 1) * (n_clips - 2))
    error = float(left_out.std()) * (n_clips - 1) ** 0.5
    half = _t_quantile(n_clips) * error
    notes = (
        f"{n_clips} clips are few" if n_clips <= FEW_CLIPS else "",
        "not told from 0" if squared <= half else "",
    )
    low, high = _root(squared - half), _root(squared + half)
    return GapLength(_root(squared), low, high, ", ".join(filter(None, notes)) or None)


def length_after_shift(before: Pairs, after: Pairs, measured_on: Pairs) -> GapLength:
    """Estimate what a shift leaves; nothing where it was measured on some of these very sounds.

    The gap of the clips it was measured on is 0 after it by construction.

    Args:
        before: the pairs that were shifted, as they were.
        after: the same, shifted.
        measured_on: the pairs that the shift was measured on.
    """
    measured = {row.tobytes() for row in measured_on.sounds}
    n_shared = sum(row.tobytes() in measured for row in before.sounds)
    if not n_shared:
        return estimate_length(after)
    return GapLength(
        None,
        gap_note=f"the shift was measured on {n_shared:,} of these {len(before.sounds):,} sounds, "
        "and makes their gap small by construction: plain norm, no interval",
    )


def differences(pairs: Pairs) -> Wide:
    """Return each clip's sound less the mean of its captions: ``(n_clips, dim)``."""
    order = np.argsort(pairs.clip_of, kind="stable")
    starts = np.searchsorted(pairs.clip_of[order], np.arange(len(pairs.sounds)))
    sums = np.add.reduceat(pairs.captions[order], starts, axis=0, dtype=np.float64)
    means = sums / np.bincount(pairs.clip_of)[:, np.newaxis]
    apart: Wide = pairs.sounds - means
    return apart


def _root(squared: float) -> float:
    return float(max(0.0, squared) ** 0.5)


def _t_quantile(n_clips: int) -> float:
    from scipy import special

    return float(special.stdtrit(n_clips - 1, (1 + LEVEL) / 2))
