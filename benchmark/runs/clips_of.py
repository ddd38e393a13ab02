"""The clips of a run that is there, so that rows of another one join its tables."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from benchmark.contract import Split, SplitLabel, hash_captions
from benchmark.errors import DataError, UsageError, listed
from benchmark.runs.reading import find_systems, read_runs
from benchmark.runs.record import SYSTEM_SEPARATOR, SystemRecord


class ClipsOfRun(NamedTuple):
    """Clips that rows of a run were scored on.

    Attributes:
        title: of the run, or of its system.
        label: of the split.
        references_sha256: hash of the split's captions.
        clip_ids: sorted.
    """

    title: str
    label: SplitLabel
    references_sha256: str
    clip_ids: tuple[str, ...]

    def choose(self, split: Split, among: Collection[str], lacking: str) -> tuple[str, ...]:
        """Choose these clips of a split.

        Args:
            split: must be the run's, wherever it lies.
            among: clips that can be taken.
            lacking: says in messages what the others are without.

        Raises:
            DataError: the split holds other captions, or one of the clips cannot be taken.
        """
        if hash_captions(split.references) != self.references_sha256:
            raise DataError(
                f"{self.title} was scored on {self.label} with other captions than {split.label} "
                "has here; expected the same, as rows of one table share them."
            )
        missing = [clip_id for clip_id in self.clip_ids if clip_id not in among]
        if missing:
            raise DataError(
                f"{len(missing):,} of the {len(self.clip_ids):,} clips of {self.title} have no "
                f"{lacking}: {listed(missing)}. Expected all, else the rows stand in tables of "
                "their own."
            )
        return self.clip_ids


def read_clips_of(text: str) -> ClipsOfRun:
    """Read which clips a run was scored on.

    Args:
        text: ``RUN`` or ``RUN::SYSTEM``.

    Raises:
        UsageError: its systems were scored on different clips and none is named, or on no clip.
        UnknownNameError: the run has no such system.
        RunError: as ``read_run``.
    """
    systems = [system for system in _find(text) if system.scores.n_scored]
    if not systems:
        raise UsageError(f"{text} has no scored clip; expected a run that has some.")
    first = systems[0]
    if len({system.scores.clips_sha256 for system in systems}) > 1:
        counts = [f"{system.name} {system.scores.n_scored:,}" for system in systems]
        raise UsageError(
            f"the rows of {text} were scored on different clips ({', '.join(counts)}); name one "
            f"as {text}{SYSTEM_SEPARATOR}SYSTEM."
        )
    plan, clip_ids = first.plan, first.contributions.clip_ids
    return ClipsOfRun(text, plan.label, plan.references_sha256, clip_ids)


def _find(text: str) -> list[SystemRecord]:
    if SYSTEM_SEPARATOR in text:
        return find_systems([text])
    path = Path(text)
    if path.is_file() and path.suffix != ".json":  # that of a baseline
        raise UsageError(
            f"{text} is a file; expected a run, RUN or RUN::SYSTEM, whose clips are taken. "
            "Captions become one by `bench score FILE --dataset NAME --allow-missing --out RUN`."
        )
    return [*read_runs([path])[0].systems.values()]
