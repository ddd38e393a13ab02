"""A run becomes the baseline: by a decision with a reason, written down beside it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.errors import RunError, UsageError
from benchmark.gate.calls import kept_calls
from benchmark.gate.changes import list_changes
from benchmark.gate.history import append_nights, history_beside, nights_of, read_history
from benchmark.gate.identity import require_whole, run_id, system_names
from benchmark.machine.clock import now
from benchmark.runs.record import RunRecord, read_record, write_record

BASELINES = Path("leaderboards/baselines")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A baseline that was written, and what changed against the one before."""

    path: Path
    version: int
    run: str
    changes: tuple[str, ...]


def accept_run(path: Path, reason: str, out: Path | None = None) -> Accepted:
    """Write a run as the baseline of its data set.

    Raises:
        UsageError: no reason is given.
        RunError: the run is unfinished, incomplete or has nothing scored; or the baseline that it
            would follow is broken.
        DataError: the history beside the baseline is broken.
        MachineError: the place cannot be written.
    """
    if not reason.strip():
        raise UsageError("an empty --reason; say why these numbers are the ones to hold.")
    record = read_record(path)
    require_whole(record)
    require_complete(record)
    target = out or default_baseline(record)
    previous = read_record(target) if target.exists() else None
    read_history(history_beside(target))
    acceptance = _acceptance(record, previous, reason.strip())
    accepted = dataclasses.replace(record, acceptance=acceptance)
    write_record(accepted, target)
    append_nights(history_beside(target), nights_of(accepted, "accepted", reason.strip()))
    changes = () if previous is None else tuple(list_changes(record, previous))
    return Accepted(target, acceptance["version"], acceptance["run"], changes)


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
    for name in system_names(record):
        sealed = record.manifest["systems"][name]
        n_missing = len(record.plan.clip_ids) - record.scores["systems"][name]["n_scored"]
        if sealed["failure"] is not None:
            faults.append(f"{name} stopped {sealed['failure']}")
        elif n_missing:
            faults.append(f"{name} has no caption of {n_missing} clips")
    if not record.plan.clip_ids:
        faults.append("no clip was scored")
    if faults:
        raise RunError(
            f"{record.path} cannot be a baseline: {'; '.join(faults)}. Mend it and finish it with "
            f"`bench run --resume {record.path}`."
        )


def _acceptance(record: RunRecord, previous: RunRecord | None, reason: str) -> dict[str, Any]:
    """Say when, why and after which baseline a run is accepted.

    Raises:
        UsageError: it is the baseline already.
    """
    content_id = run_id(record)
    before = None
    if previous is not None:
        require_whole(previous)
        old = previous.acceptance or {}
        before = {"version": old.get("version", 0), "run": run_id(previous)}
        if before["run"] == content_id:
            raise UsageError(f"{record.path} is the baseline {previous.path} already.")
    return {
        "accepted_at": now(),
        "reason": reason,
        "version": 1 + (before["version"] if before else 0),
        "run": content_id,
        "from": before,
        **kept_calls(record),
    }
