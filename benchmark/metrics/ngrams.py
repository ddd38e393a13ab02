"""N-gram counts, made once and shared by BLEU and CIDEr-D."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.metrics.references import require_references

MAX_N = 4
Tokens = Sequence[str]
Ngram = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NgramCounts:
    """How often each n-gram of order 1 to 4 occurs in one sentence of ``length`` tokens."""

    length: int
    counts: dict[Ngram, int]


def count_ngrams(tokens: Tokens) -> NgramCounts:
    """Count the n-grams of order 1 to 4; an empty sentence has none."""
    counts: dict[Ngram, int] = {}
    for n in range(1, MAX_N + 1):
        for ngram in zip(*(tokens[start:] for start in range(n)), strict=False):
            counts[ngram] = counts.get(ngram, 0) + 1
    return NgramCounts(len(tokens), counts)


def count_references(references: Sequence[Sequence[Tokens]]) -> list[list[NgramCounts]]:
    """Count the n-grams of every reference of every clip of a split.

    Raises:
        DataError: a clip has no reference.
    """
    require_references(references)
    return [[count_ngrams(tokens) for tokens in clip] for clip in references]
