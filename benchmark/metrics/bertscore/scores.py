"""Precision, recall and F1 of pairs, and the best of several references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class BertScores:
    """Three arrays ``(n,)``: of pairs, or of clips as the best over their references."""

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]

    @staticmethod
    def of(precision: NDArray[np.float64], recall: NDArray[np.float64]) -> BertScores:
        """Add F1 by bert-score's formula: 0 where the two sum to 0."""
        total = precision + recall
        f1 = np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total != 0)
        return BertScores(precision, recall, f1)

    def best_of(self, sizes: Sequence[int]) -> BertScores:
        """Take the best of each of the three over runs of pairs of these sizes, at least 1."""
        starts = np.cumsum([0, *sizes[:-1]])
        arrays = [self.precision, self.recall, self.f1]
        return BertScores(*np.maximum.reduceat(arrays, starts, axis=1))
