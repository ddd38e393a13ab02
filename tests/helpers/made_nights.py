"""Made-up runs with numbers that can be checked by eye, and a night held against a baseline."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import leaderboard_rows as rows
import numpy as np
from timed_calls import ROW

from benchmark.contract import hash_clip_ids
from benchmark.gate.held import HeldRun
from benchmark.machine.fingerprint import Machine
from benchmark.metrics.contributions import Contributions
from benchmark.metrics.signature import Part, Signature
from benchmark.runs.acceptance import Acceptance
from benchmark.runs.calls import LATENCY, Calls
from benchmark.runs.latency import Latency
from benchmark.runs.manifest import Manifest
from benchmark.runs.plan import Plan
from benchmark.runs.record import RunRecord, SystemRecord
from benchmark.runs.scores import Cell
from benchmark.runs.timed_calls import summarise_latency

CLIPS = tuple("abcdefghij")
UNIT_S = 1 / 128
"""Seconds of the calibration work: times in units of it are exact."""

PLAN = dataclasses.replace(rows.PLAN, clip_ids=CLIPS)
PerClip = float | Sequence[float]
"""A metric's value of every clip, or of each."""


@dataclasses.dataclass(frozen=True)
class Timed:
    """What was timed of a system: its calls in units of calibration work, and their summary."""

    calls: Calls
    latency: Latency | None


UNTIMED = Timed({}, None)


def cell_of(key: str, value: float | None, reason: str | None = None, **parts: str) -> Cell:
    """Score a metric; parts are those of its signature that are not as usual."""
    usual: dict[str, str] = {"tok": "ptb", "refs": "5", "clips": "10/10"}
    signature = Signature(key, tuple[Part, ...]({**usual, **parts}.items()))
    return Cell(value, value, value, reason, signature)


def system_of(
    name: str = "toy",
    scores: Mapping[str, PerClip] | None = None,
    *,
    clips: Sequence[str] = CLIPS,
    captions: Mapping[str, str] | None = None,
    timed: Timed = UNTIMED,
    cells: Mapping[str, Cell] | None = None,
    **changes: Any,
) -> SystemRecord:
    """Make a system's record.

    Args:
        name: of the system.
        scores: by metric what each clip scored; the corpus value is their mean.
        clips: those that were scored.
        captions: by clip; else each clip of ``clips`` has one.
        timed: its calls.
        cells: metrics that are not what ``scores`` makes of them.
        **changes: fields of its seal or of itself as planned.
    """
    per_clip = {
        key: np.broadcast_to(np.array(values, dtype=np.float64), len(clips))
        for key, values in (scores or {}).items()
    }
    made = {key: cell_of(key, float(values.mean())) for key, values in per_clip.items()}
    arrays = {key: values[np.newaxis, :, np.newaxis] for key, values in per_clip.items()}
    record = rows.record(
        name,
        {**made, **(cells or {})},
        contributions=Contributions(tuple(clips), arrays),
        latency=timed.latency,
        **{"n_scored": len(clips), "clips_sha256": hash_clip_ids(clips), **changes},
    )
    spoken = {clip: f"a noise {clip}" for clip in clips} if captions is None else captions
    return dataclasses.replace(
        record,
        plan=PLAN,
        sealed=dataclasses.replace(record.sealed, n_scored=record.scores.n_scored),
        captions=dict(spoken),
        calls=timed.calls,
    )


def run_of(
    *systems: SystemRecord,
    path: str | Path = "runs/night",
    machine: Machine | None = None,
    peak_rss_mib: float | None = None,
    clip_ids: Sequence[str] = CLIPS,
    **header: Any,
) -> RunRecord:
    """Make a sealed run of systems; other changes are fields of its plan's header."""
    plan = Plan(
        dataclasses.replace(rows.HEADER, **header),
        systems=tuple(system.planned for system in systems),
        clip_ids=tuple(clip_ids),
    )
    manifest = Manifest(
        finished_at="2026-01-01T00:30:00+00:00",
        machine=machine,
        peak_rss_mib=peak_rss_mib,
        failures={},
        systems={system.name: system.sealed for system in systems},
    )
    records = {
        system.name: dataclasses.replace(system, path=Path(path), plan=plan) for system in systems
    }
    return RunRecord(Path(path), plan, manifest, records)


def accept(run: RunRecord, version: int = 1, path: str = "baseline.json") -> RunRecord:
    """Make a run the baseline."""
    acceptance = Acceptance("2026-01-01T08:00:00+00:00", "as it is", version, run.content_id)
    return dataclasses.replace(run, path=Path(path), acceptance=acceptance)


def night_of(
    before: Sequence[SystemRecord], now: Sequence[SystemRecord], **changes: Any
) -> HeldRun:
    """Hold a run of systems against a baseline of others; changes are of the run."""
    return HeldRun(run_of(*now, **changes), accept(run_of(*before)))


def timed_in(
    units: Sequence[float],
    *,
    clips: Sequence[str] = CLIPS,
    is_same: bool = True,
    slowdown: float = 1.0,
    **stages: Sequence[float] | float,
) -> Timed:
    """Time one call a clip, and its stages, in units of calibration work.

    Args:
        units: of each whole call.
        clips: that were timed.
        is_same: whether the captions were those of before; else the times are void.
        slowdown: how much longer everything took than on a machine without neighbours.
        **stages: what a stage took of each call, or of every call.
    """
    entries, calls, unit_s = [], {}, slowdown * UNIT_S
    for at, (clip, spent) in enumerate(zip(clips, units, strict=True)):
        of_stages = {
            name: float(every if isinstance(every, int | float) else every[at])
            for name, every in stages.items()
        }
        entries.append(
            dataclasses.replace(
                ROW,
                clip_id=clip,
                caption_s=spent * unit_s,
                stages={name: part * unit_s for name, part in of_stages.items()},
                calibration_s=unit_s,
                is_same=is_same,
            )
        )
        calls[clip] = {LATENCY: spent, **{f"stage {name}": of_stages[name] for name in of_stages}}
    return Timed(calls, summarise_latency(entries, []))
