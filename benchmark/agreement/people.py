"""How often one person prefers what the others do: the level that metrics may be held against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmark.agreement.judgements import ALL_CATEGORIES, JudgedPair
from benchmark.agreement.measure import TOTAL, Agreement
from benchmark.stats import Sample, percentile_interval, resample
from benchmark.stats.samples import Array

CHANCE = 0.5
"""What a coin gets of pairs with a majority; a metric with ties has less by chance."""


def measure_people(pairs: Sequence[JudgedPair]) -> dict[str, Agreement]:
    """Count how often one judge prefers the caption that most of the others prefer.

    Each judge of a pair is held against the others of that pair, as a metric is against all; pairs
    whose others are divided are left out, and who prefers neither caption disagrees.

    Args:
        pairs: all of a file, divided ones too.

    Returns:
        By category and in all, where pairs have two judges or more; ``n_pairs`` counts judgements.
    """
    counts = np.array([_count(pair.judgements) for pair in pairs], dtype=np.float64).reshape(-1, 3)
    categories = np.array([pair.category for pair in pairs])
    clips = np.array([pair.clip for pair in pairs])
    return {
        name: _agreement(counts[those], clips[those].tolist())
        for name in (*ALL_CATEGORIES, TOTAL)
        if (those := ((categories == name) | (name == TOTAL)) & (counts[:, 1] > 0)).any()
    }


def _count(votes: Sequence[int]) -> tuple[int, int, int]:
    """Count a pair's judges who agree with the others, who can be asked, who prefer neither."""
    others = [sum(votes) - vote for vote in votes] if len(votes) > 1 else []
    asked = [(vote, other) for vote, other in zip(votes, others, strict=False) if other]
    n_agreed = sum(vote * other > 0 for vote, other in asked)
    return n_agreed, len(asked), sum(vote == 0 for vote, _ in asked)


def _agreement(counts: Array, clips: Sequence[str]) -> Agreement:
    sample = Sample(counts[:, :2], lambda sums: sums[..., 0] / sums[..., 1]).group(clips)
    low = high = None
    if sample.n_clips > 1:
        low, high = percentile_interval(resample([sample])[0])
    n_agreed, n_asked, n_neither = counts.sum(axis=0).astype(int).tolist()
    return Agreement(n_agreed / n_asked, low, high, n_asked, n_agreed, n_neither)
