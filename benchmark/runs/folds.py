"""The folds of a system, one for all but those that are scored leave-one-out; their batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.contract import Split
from benchmark.errors import DataError
from benchmark.systems.registry import System


@dataclass(frozen=True, slots=True)
class Batch:
    """Clips that go through one call of a captioner.

    Attributes:
        system_name: whose captioner.
        fold: for which leave-one-out fold.
        number: of the call, counted from 0 in its fold.
        clip_ids: at least one.
    """

    system_name: str
    fold: int
    number: int
    clip_ids: tuple[str, ...]


def fold_clip_ids(system: System, split: Split, clip_ids: Sequence[str], fold: int) -> list[str]:
    """List the clips of one fold: all of them, save for leave-one-out.

    There a clip needs a reference number ``fold`` and at least one other to be held against.
    """
    if not system.spec.leave_one_out:
        return list(clip_ids)
    return [clip_id for clip_id in clip_ids if len(split.references[clip_id]) > max(fold, 1)]


def count_folds(system: System, split: Split) -> int:
    if not system.spec.leave_one_out:
        return 1
    n_references = max((len(texts) for texts in split.references.values()), default=0)
    if n_references < 2:
        raise DataError(
            f"{system.name} holds each reference against the others, but {split.label} has one "
            "reference a clip; expected at least 2."
        )
    return n_references


def spread(items: Sequence[str], n_items: int) -> list[str]:
    """Take at most ``n_items``, evenly spread over all of them."""
    n_taken = min(n_items, len(items))
    return [items[index * len(items) // n_taken] for index in range(n_taken)]
