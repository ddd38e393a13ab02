"""A run becomes the baseline: by a decision with a reason, written down beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import RunError, UsageError
from benchmark.gate.changes import list_changes
from benchmark.gate.held import HeldRun
from benchmark.gate.history import append_nights, history_beside, nights_of, read_history
from benchmark.gate.pooling import pool_nights
from benchmark.machine.clock import now
from benchmark.runs.acceptance import Acceptance, KeptNight, Predecessor
from benchmark.runs.reading import read_run, write_run
from benchmark.runs.record import RunRecord

BASELINES = Path("leaderboards/baselines")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A baseline that was written, and what changed against the one before.

    Attributes:
        caveats: what its numbers, and those of the one before, are to be taken with.
        n_nights: that it holds.
    """

    path: Path
    version: int
    run: str
    changes: tuple[str, ...]
    caveats: tuple[str, ...] = ()
    n_nights: int = 1


def accept_run(
    path: Path,
    reason: str,
    out: Path | None = None,
    *,
    others: Sequence[Path] = (),
    trust_edited: bool = False,
) -> Accepted:
    """Write a run as the baseline of its data set.

    Args:
        path: of the run; a baseline brings all its nights.
        reason: why these numbers are the ones to hold.
        out: the baseline's file.
        others: other nights of the same code, by which a gate tells what is chance.
        trust_edited: go on with a run or a former baseline that was edited; the new one says so.

    Raises:
        UsageError: no reason is given, or a night twice.
        RunError: a run is unfinished, incomplete, without captions or has nothing scored; a night
            is not of the same systems, metrics, clips or make-up; or the baseline that it would
            follow is broken.
        DataError: the history beside the baseline is broken.
        MachineError: the place cannot be written.
    """
    if not reason.strip():
        raise UsageError("an empty --reason; say why these numbers are the ones to hold.")
    record, *nights = (read_run(each, trust_edited=trust_edited) for each in (path, *others))
    for each in (record, *nights):
        each.require_captions()
        require_complete(each)
    kept = pool_nights(record, nights)
    target = out or default_baseline(record)
    previous = read_run(target, trust_edited=trust_edited) if target.exists() else None
    is_same = previous is not None and _ids_of(previous) == {
        record.content_id,
        *(night.run for night in kept),
    }
    if previous is not None and is_same and _is_completed(previous, target):
        done = (target, _version_of(previous), previous.content_id, ())
        return Accepted(*done, _caveats(record, *nights, previous))
    if previous is not None and is_same:
        raise UsageError(f"{path} is the baseline {previous.path} already.")
    read_history(history_beside(target))
    acceptance = _acceptance(record, previous, reason.strip(), kept)
    accepted = dataclasses.replace(record, acceptance=acceptance)
    write_run(accepted, target)
    for each in (accepted, *nights):
        append_nights(history_beside(target), nights_of(each, "accepted", reason.strip()))
    changes = () if previous is None else tuple(list_changes(HeldRun(record, previous)))
    caveats = _caveats(record, *nights, previous) + _other_machines(record, nights)
    return Accepted(target, acceptance.version, acceptance.run, changes, caveats, 1 + len(kept))


def _caveats(*records: RunRecord | None) -> tuple[str, ...]:
    told = [record.describe_integrity() for record in records if record is not None]
    return tuple(caveat for caveat in told if caveat)


def _other_machines(record: RunRecord, nights: Sequence[RunRecord]) -> tuple[str, ...]:
    others = [(night.path, HeldRun(night, record).other_machine) for night in nights]
    return tuple(f"{path} is of another machine: {why}" for path, why in others if why)


def _ids_of(baseline: RunRecord) -> frozenset[str]:
    """List the content ids of all nights of a baseline."""
    kept = baseline.acceptance.nights if baseline.acceptance else ()
    return frozenset([baseline.content_id, *(night.run for night in kept)])


def _is_completed(previous: RunRecord, target: Path) -> bool:
    """Note an accepted run in its history, where a kill came between baseline and history."""
    if previous.acceptance is None:
        return False
    nights = nights_of(previous, "accepted", previous.acceptance.reason)
    noted = {night.identity for night in read_history(history_beside(target)).nights
             if night.event == "accepted"}  # fmt: skip
    if all(night.identity in noted for night in nights):
        return False
    append_nights(history_beside(target), nights)
    return True


def _version_of(record: RunRecord) -> int:
    return record.acceptance.version if record.acceptance else 0


def default_baseline(record: RunRecord) -> Path:
    """Name the baseline file of a record's data set: ``.../soundscapes-test.json``."""
    tame = "".join(char if char.isalnum() or char in "-_." else "-" for char in record.plan.dataset)
    return BASELINES / f"{tame}.json"


def require_complete(record: RunRecord) -> None:
    """Refuse runs in which something went wrong.

    Raises:
        RunError: a system stopped, lacks captions, or has no scored clip.
    """
    faults = []
    for name, system in record.systems.items():
        n_missing = len(record.plan.clip_ids) - system.scores.n_scored
        if system.sealed.failure is not None:
            faults.append(f"{name} stopped {system.sealed.failure}")
        elif n_missing:
            faults.append(f"{name} has no caption of {n_missing} clips")
    if record.manifest.is_partial:
        faults.append("it is partial: it was scored before it was finished")
    if not record.plan.clip_ids:
        faults.append("no clip was scored")
    if faults:
        raise RunError(
            f"{record.path} cannot be a baseline: {'; '.join(faults)}. Mend it and finish it with "
            f"`bench run --resume {record.path}`."
        )


def _acceptance(
    record: RunRecord, previous: RunRecord | None, reason: str, nights: tuple[KeptNight, ...]
) -> Acceptance:
    """Say when, why, after which baseline and with which nights a run is accepted."""
    before = None
    if previous is not None:
        before = Predecessor(_version_of(previous), previous.content_id)
    return Acceptance(
        accepted_at=now(),
        reason=reason,
        version=1 + (before.version if before else 0),
        run=record.content_id,
        after=before,
        nights=nights,
    )
