"""Counts the sets of captions that a run scored, and says how many a split has seen."""

from __future__ import annotations

from collections.abc import Iterable

from benchmark.contract import hash_captions
from benchmark.machine.looks import TELLING, count_looks, note_looks
from benchmark.runs.record import RunRecord


def note_scored(record: RunRecord) -> None:
    """Count the captions of each system of a run; floors and ceilings are nobody's choice."""
    hashes = [
        hash_captions({clip_id: (text,) for clip_id, text in system.captions.items()})
        for system in record.systems.values()
        if system.planned.kind == "system" and system.captions
    ]
    note_looks(record.plan.references_sha256, hashes)


def describe_looks(references: Iterable[str]) -> list[str]:
    """Say how often splits were scored here, where that is often enough to mislead.

    Args:
        references: hashes of the references of each split that is shown.
    """
    counts = {each: count_looks(each) for each in dict.fromkeys(references)}
    often = [count for count in counts.values() if count >= TELLING]
    which = "this split" if len(counts) == 1 else "a split of these"
    return [
        f"{count:,} sets of captions were scored on {which} on this machine: the best of many "
        "looks good by chance. Choose on another split, or tell the number beside the result."
        for count in often
    ]
