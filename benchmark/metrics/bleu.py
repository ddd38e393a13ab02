"""BLEU-1 to BLEU-4 (Papineni et al. 2002), in the variant of the COCO caption evaluation.

The corpus value is not the mean of the clips: it is BLEU of the summed statistics. So the
statistics are what a score keeps, and a bootstrap draw is a sum of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.ngrams import MAX_N, Ngram, NgramCounts
from benchmark.metrics.references import clip_rows, require_references

N_STATISTICS = 2 * MAX_N + 2
"""Columns: guesses of order 1 to 4, correct ones of order 1 to 4, test length, reference length."""

# The two constants of the COCO evaluation; they show in the scores of short captions.
_TINY = 1e-15
_SMALL = 1e-9


def bleu(statistics: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn sufficient statistics into BLEU-1 to BLEU-4.

    Args:
        statistics: ``(..., 10)``: one clip's, or the sum over the clips of a corpus.

    Returns:
        ``(..., 4)``, in [0, 1] up to rounding.
    """
    guesses, correct = statistics[..., :MAX_N], statistics[..., MAX_N : 2 * MAX_N]
    test_length, reference_length = statistics[..., -2], statistics[..., -1]
    precisions = (correct + _TINY) / (guesses + _SMALL)
    geometric_means = np.cumprod(precisions, axis=-1) ** (1.0 / np.arange(1, MAX_N + 1))
    ratio = (test_length + _TINY) / (reference_length + _SMALL)
    brevity_penalty = np.exp(np.minimum(0.0, 1.0 - 1.0 / ratio))
    scores: NDArray[np.float64] = geometric_means * brevity_penalty[..., np.newaxis]
    return scores


@dataclass(frozen=True, slots=True)
class BleuScores:
    """``statistics``: ``(n_clips, 10)`` float64, columns as ``N_STATISTICS`` says."""

    statistics: NDArray[np.float64]

    @property
    def per_clip(self) -> NDArray[np.float64]:
        """``(n_clips, 4)``: BLEU-1 to BLEU-4 of each clip."""
        return bleu(self.statistics)

    @property
    def corpus(self) -> NDArray[np.float64]:
        """``(4,)``: BLEU-1 to BLEU-4 of all clips together."""
        return bleu(self.statistics.sum(axis=0))


class BleuReferences:
    """The references of a split, made ready for BLEU once for any number of systems."""

    def __init__(self, references: Sequence[Sequence[NgramCounts]]) -> None:
        """Keep each clip's reference lengths and its n-grams' largest counts.

        Raises:
            DataError: a clip has no reference.
        """
        require_references(references)
        self._lengths = [[reference.length for reference in clip] for clip in references]
        self._largest_counts = [_largest_counts(clip) for clip in references]

    def score(
        self, candidates: Sequence[NgramCounts], clips: Sequence[int] | None = None
    ) -> BleuScores:
        """Score one system.

        The reference length is that of the reference closest in length, the shorter of two.

        Args:
            candidates: one per scored clip.
            clips: the split's row of each candidate; None means all clips in order.

        Raises:
            ValueError: candidates and clips differ in number.
        """
        rows = clip_rows(candidates, clips, len(self._lengths))
        statistics = np.zeros((len(candidates), N_STATISTICS))
        for index, (candidate, row) in enumerate(zip(candidates, rows, strict=True)):
            statistics[index] = self._statistics(candidate, row)
        return BleuScores(statistics)

    def _statistics(self, candidate: NgramCounts, row: int) -> list[int]:
        length = candidate.length
        guesses = [max(0, length - n) for n in range(MAX_N)]
        correct = [0] * MAX_N
        largest = self._largest_counts[row]
        for ngram, count in candidate.counts.items():
            if ngram in largest:
                correct[len(ngram) - 1] += min(count, largest[ngram])
        closest = min(self._lengths[row], key=lambda other: (abs(other - length), other))
        return [*guesses, *correct, length, closest]


def _largest_counts(references: Sequence[NgramCounts]) -> dict[Ngram, int]:
    largest: dict[Ngram, int] = {}
    for reference in references:
        for ngram, count in reference.counts.items():
            if count > largest.get(ngram, 0):
                largest[ngram] = count
    return largest
