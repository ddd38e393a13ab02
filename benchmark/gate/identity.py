"""What a record is known by: an id over all that it says, so that an edited one shows."""

from __future__ import annotations

import hashlib
import json

from benchmark.errors import RunError
from benchmark.gate.calls import read_calls
from benchmark.runs.record import RunRecord

_ID_LENGTH = 12


def run_id(record: RunRecord) -> str:
    """Hash what a run found; 12 hex digits, the same for its folder and for its baseline file."""
    plan = record.plan
    parts = {
        "plan": [plan.created_at, plan.dataset, plan.references_sha256, list(plan.clip_ids)],
        "manifest": record.manifest,
        "scores": record.scores,
        "statistics": {name: found.to_json() for name, found in record.statistics.items()},
        "captions": record.captions,
        "calls": read_calls(record),
    }
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_LENGTH]


def name_run(record: RunRecord) -> str:
    """Spell a record for people: its path, its id, and a baseline's version."""
    version = (record.acceptance or {}).get("version")
    return f"{record.path} ({run_id(record)}{f', version {version}' if version else ''})"


def system_names(record: RunRecord) -> list[str]:
    """List a record's systems, in the order of its plan."""
    return [system.name for system in record.plan.systems]


def require_whole(record: RunRecord) -> None:
    """Refuse a record that lacks parts, or a baseline that is not what was accepted.

    Raises:
        RunError: a part of a system is missing, or the content has another id than it had when it
            was accepted.
    """
    parts = (
        record.manifest.get("systems", {}),
        record.scores.get("systems", {}),
        record.statistics,
        record.captions,
    )
    for name in system_names(record):
        if not all(name in part for part in parts):
            raise RunError(f"{record.path}: not whole: parts of {name} are missing. Was it edited?")
    accepted = (record.acceptance or {}).get("run")
    found = run_id(record)
    if accepted is not None and accepted != found:
        raise RunError(
            f"{record.path}: its content has the id {found}, and {accepted} was accepted: it was "
            "edited since. Restore it, or remove it and accept a run with `bench baseline accept`."
        )
