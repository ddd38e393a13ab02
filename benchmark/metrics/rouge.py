"""ROUGE-L (Lin 2004), in the variant of the COCO caption evaluation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.ngrams import Tokens
from benchmark.metrics.references import clip_rows, require_references

BETA = 1.2
"""How much more recall weighs than precision."""


class RougeReferences:
    """The references of a split, made ready for ROUGE-L once for any number of systems."""

    def __init__(self, references: Sequence[Sequence[Tokens]]) -> None:
        """Index where each word stands in each reference.

        Raises:
            DataError: a clip has no reference.
        """
        require_references(references)
        self._references = [
            [(len(tokens), word_positions(tokens)) for tokens in clip] for clip in references
        ]

    def score(
        self, candidates: Sequence[Tokens], clips: Sequence[int] | None = None
    ) -> NDArray[np.float64]:
        """Score one system; the corpus value is the mean.

        Precision and recall are each the best over the references, then combined. An empty
        candidate scores 0, and an empty reference has recall 0.

        Args:
            candidates: one per scored clip.
            clips: the split's row of each candidate; None means all clips in order.

        Returns:
            ``(n_clips,)``, in [0, 1].

        Raises:
            ValueError: candidates and clips differ in number.
        """
        rows = clip_rows(candidates, clips, len(self._references))
        return np.array(
            [self._score(tokens, row) for tokens, row in zip(candidates, rows, strict=True)],
            dtype=np.float64,
        )

    def _score(self, candidate: Tokens, row: int) -> float:
        precision = recall = 0.0
        for length, positions in self._references[row]:
            common = common_subsequence_length(candidate, length, positions)
            if common:
                precision = max(precision, common / len(candidate))
                recall = max(recall, common / length)
        if not precision:
            return 0.0
        return (1 + BETA**2) * precision * recall / (recall + BETA**2 * precision)


def word_positions(tokens: Tokens) -> dict[str, int]:
    """Map each word to a bit set: bit i is set where token i is that word."""
    positions: dict[str, int] = {}
    for index, word in enumerate(tokens):
        positions[word] = positions.get(word, 0) | 1 << index
    return positions


def common_subsequence_length(tokens: Tokens, length: int, positions: dict[str, int]) -> int:
    """Measure the longest common subsequence of two sentences, bit-parallel (Hyyrö 2004).

    One row of the dynamic programming table is one integer: a zero bit marks a column where
    the value grows, so the zeros of the last row add up to the length.

    Args:
        tokens: the one sentence.
        length: how many tokens the other sentence has.
        positions: ``word_positions`` of the other sentence.
    """
    all_columns = (1 << length) - 1
    row = all_columns
    for word in tokens:
        matches = row & positions.get(word, 0)
        if matches:
            row = (row + matches) | (row - matches)
    return length - (row & all_columns).bit_count()
