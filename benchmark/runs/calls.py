"""Timed calls, clip by clip, in units of the fixed work that was timed beside each of them.

Two nights time the same clips, so their calls are compared pair by pair: how much a clip's caption
takes by its nature, which is most of the spread of calls, then drops out.
"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.runs.entries import TimedEntry
from benchmark.runs.ledger import LedgerView

LATENCY = "latency"

Calls = Mapping[str, Mapping[str, float]]
"""By clip: the whole call (``"latency"``) and its stages (``"stage encode"``)."""


def calls_of(view: LedgerView, system_name: str) -> Calls:
    """List a system's timed calls, save those without a calibration beside them or that failed."""
    return {
        entry.clip_id: _relative(entry, entry.calibration_s)
        for entry in view.timed_entries(system_name)
        if entry.calibration_s and entry.error is None
    }


def _relative(entry: TimedEntry, unit_s: float) -> dict[str, float]:
    seconds = {LATENCY: entry.caption_s}
    seconds |= {f"stage {name}": spent_s for name, spent_s in entry.stages.items()}
    return {subject: spent_s / unit_s for subject, spent_s in seconds.items()}
