"""The references of a split, made ready once for any number of systems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from benchmark.errors import DataError

Candidate = TypeVar("Candidate", contravariant=True)
Scores = TypeVar("Scores", covariant=True)


class PreparedReferences(Protocol[Candidate, Scores]):
    """References that one metric has counted, weighed or indexed."""

    def score(self, candidates: Sequence[Candidate], clips: Sequence[int] | None = None) -> Scores:
        """Score one system.

        Args:
            candidates: one per scored clip.
            clips: the split's row of each candidate; None means all clips in order.

        Raises:
            ValueError: candidates and clips differ in number.
        """
        ...


def require_references(references: Sequence[Sequence[object]]) -> None:
    """Make sure that every clip can be scored.

    Raises:
        DataError: there is no clip, or a clip has no reference.
    """
    if not references:
        raise DataError("the split has no clips; expected at least one clip with a reference.")
    for row, clip in enumerate(references):
        if not clip:
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
