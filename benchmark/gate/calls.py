"""Timed calls, clip by clip, in units of the fixed work that was timed beside each of them.

Two nights time the same clips, so their calls are compared pair by pair: how much a clip's caption
takes by its nature, which is most of the spread of calls, then drops out.
"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.runs.entries import TimedEntry
from benchmark.runs.folder import RunFolder
from benchmark.runs.ledger import read_ledger
from benchmark.runs.record import RunRecord

LATENCY = "latency"
_KEPT = "calls"

Calls = Mapping[str, Mapping[str, float]]
"""By clip: the whole call (``"latency"``) and its stages (``"stage encode"``)."""


def read_calls(record: RunRecord) -> Mapping[str, Calls]:
    """Read every system's timed calls: a run's from its ledger, a baseline's from its acceptance.

    Calls of before calibration was timed are left out.
    """
    if record.acceptance is not None:
        kept: Mapping[str, Calls] = record.acceptance.get(_KEPT, {})
        return kept
    calls: dict[str, dict[str, dict[str, float]]] = {}
    ledger = read_ledger(RunFolder(record.path).ledger_path)
    for row in ledger.timed.values():
        if row.calibration_s and row.error is None:
            calls.setdefault(row.system, {})[row.clip_id] = _relative(row, row.calibration_s)
    return calls


def kept_calls(record: RunRecord) -> dict[str, Mapping[str, Calls]]:
    """What an acceptance must hold, so that ``read_calls`` finds it again."""
    return {_KEPT: read_calls(record)}


def _relative(row: TimedEntry, unit_s: float) -> dict[str, float]:
    seconds = {LATENCY: row.caption_s}
    seconds |= {f"stage {name}": spent for name, spent in row.stages.items()}
    return {subject: spent / unit_s for subject, spent in seconds.items()}
