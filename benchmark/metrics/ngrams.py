"""N-gram counts, made once and shared by BLEU and CIDEr-D."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.errors import DataError

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
    return [[count_ngrams(tokens) for tokens in of_clip] for of_clip in references]


def require_references(references: Sequence[Sequence[object]]) -> None:
    """Make sure that every clip can be scored.

    Raises:
        DataError: there is no clip, or a clip has no reference.
    """
    if not references:
        raise DataError("the split has no clips; expected at least one clip with a reference.")
    for row, of_clip in enumerate(references):
        if not of_clip:
            raise DataError(
                f"clip {row} (counted from 0) of the split has no reference; expected at least "
                "one. Leave the clip out of the split, or give it a caption."
            )


def clip_rows(
    candidates: Sequence[object], clips: Sequence[int] | None, n_clips: int
) -> Sequence[int]:
    """Return the split's row of each candidate.

    Args:
        candidates: one per scored clip.
        clips: the row of each candidate in the split, or None where all clips are scored.
        n_clips: how many clips the split has.

    Raises:
        ValueError: candidates and rows differ in number.
    """
    rows = range(n_clips) if clips is None else clips
    if len(candidates) != len(rows):
        raise ValueError(f"{len(candidates)} candidates for {len(rows)} clips; expected as many")
    return rows
