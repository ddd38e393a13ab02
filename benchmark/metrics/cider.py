"""CIDEr-D (Vedantam et al. 2015) as the COCO caption evaluation computes it.

It is tf-idf weighted n-gram similarity with clipping and a length penalty; n is 1 to 4.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.ngrams import MAX_N, Ngram, NgramCounts
from benchmark.metrics.references import clip_rows, require_references

SIGMA = 6.0
"""Standard deviation of the length penalty, in 2-grams."""
SCALE = 10.0


@dataclass(frozen=True, slots=True)
class _Vector:
    """A sentence as tf-idf weights, with the Euclidean norm of each order's weights."""

    weights: dict[Ngram, float]
    norms: list[float]
    n_bigrams: int


class CiderReferences:
    """The tf-idf vectors of a split's references, made once for any number of systems.

    The document frequencies are those of all clips given here, so a clip's score does not depend
    on which other clips are scored with it. In a split of one clip every n-gram is in every
    document: all weights, and so all scores, are 0; see ``weigh_nothing``.
    """

    def __init__(
        self,
        references: Sequence[Sequence[NgramCounts]],
        documents: Sequence[Sequence[NgramCounts]] | None = None,
    ) -> None:
        """Count document frequencies and weigh every reference.

        Args:
            references: of each clip that may be scored.
            documents: clips whose references are counted instead; a clip is one document, its
                references together. None counts ``references``.

        Raises:
            DataError: a clip has no reference.
        """
        require_references(references)
        documents = references if documents is None else documents
        frequencies = Counter(
            ngram
            for clip in documents
            for ngram in set().union(*(reference.counts for reference in clip))
        )
        self._unseen_idf = math.log(len(documents))
        self._idf = {
            ngram: self._unseen_idf - math.log(frequency)
            for ngram, frequency in frequencies.items()
        }
        self._vectors = [[self._weigh(reference) for reference in clip] for clip in references]

    @property
    def weigh_nothing(self) -> bool:
        """Whether every document has every n-gram of the references: all scores are 0 then."""
        return not any(any(vector.norms) for clip in self._vectors for vector in clip)

    def score(
        self, candidates: Sequence[NgramCounts], clips: Sequence[int] | None = None
    ) -> NDArray[np.float64]:
        """Score one system; the corpus value is the mean.

        Args:
            candidates: one per scored clip.
            clips: the split's row of each candidate; None means all clips in order.

        Returns:
            ``(n_clips,)``, in [0, 10].

        Raises:
            ValueError: candidates and clips differ in number.
        """
        rows = clip_rows(candidates, clips, len(self._vectors))
        return np.array(
            [self._score(candidate, row) for candidate, row in zip(candidates, rows, strict=True)],
            dtype=np.float64,
        )

    def _weigh(self, sentence: NgramCounts) -> _Vector:
        idf, unseen = self._idf, self._unseen_idf
        weights = {ngram: n * idf.get(ngram, unseen) for ngram, n in sentence.counts.items()}
        squares = [0.0] * MAX_N
        for ngram, weight in weights.items():
            squares[len(ngram) - 1] += weight * weight
        # The length that the reference code compares is the number of 2-grams.
        n_bigrams = max(0, sentence.length - 1)
        return _Vector(weights, [math.sqrt(square) for square in squares], n_bigrams)

    def _score(self, candidate: NgramCounts, row: int) -> float:
        vector, references = self._weigh(candidate), self._vectors[row]
        total = sum(_similarity(vector, reference) for reference in references)
        return SCALE * total / MAX_N / len(references)


def _similarity(candidate: _Vector, reference: _Vector) -> float:
    """Sum, over the orders, of the clipped cosine times the length penalty."""
    products = [0.0] * MAX_N
    reference_weights = reference.weights
    for ngram, weight in candidate.weights.items():
        if ngram in reference_weights:
            other = reference_weights[ngram]
            products[len(ngram) - 1] += min(weight, other) * other
    cosines = sum(
        product / (norm * other_norm)
        for product, norm, other_norm in zip(
            products, candidate.norms, reference.norms, strict=True
        )
        if product
    )
    delta = candidate.n_bigrams - reference.n_bigrams
    return cosines * math.exp(-(delta**2) / (2 * SIGMA**2))
