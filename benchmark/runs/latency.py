"""Many timed calls as one record: percentiles with bounds, stages, ratios to fixed work."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.runs.ledger import PrepareRow, ProfileRow
from benchmark.stats.percentiles import Percentile, percentile

_Seconds = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StageLatency:
    """One stage of many calls; a call that never entered it spent 0 s there.

    Attributes:
        p50_s: median seconds a call; None where fewer than 6 calls were timed.
        share: of the seconds of all calls together; None for what lies outside of calls.
        relative_p50: median ratio of the stage to the fixed work beside its call; see ``Latency``.
        relative_p50_low: its lower 95 % bound.
        relative_p50_high: its upper one.
    """

    p50_s: float | None
    share: float | None = None
    relative_p50: float | None = None
    relative_p50_low: float | None = None
    relative_p50_high: float | None = None


@dataclass(frozen=True, slots=True)
class Latency:
    """How fast a system captions one clip; reading and resampling sounds is outside it.

    Percentiles come with 95 % bounds from order statistics, or not at all: see
    ``profiling.percentiles``.

    Attributes:
        n_calls: timed calls of one clip each, warm-up left out.
        p50_s: median seconds a call; None where fewer than 6 calls were timed.
        p90_s: 90th percentile; None where fewer than 36 calls were timed.
        p99_s: 99th percentile; None where fewer than 368 calls were timed.
        rtf: real-time factor, captioning seconds over audio seconds; None without audio.
        prepare_s: seconds to get ready, training included; caches were on.
        stages: parts of a call, by name.
        reading: what came before the call, by name: decoding and resampling.
        relative_p50: median of a call's seconds over those of the fixed work timed right after
            it (``profiling.calibration``); None where none was, or for fewer than 6 calls.
        calibration_p50_s: median seconds of that work: this machine's speed at the time.
        machine: hash of the machine; None for runs of before it was noted.
        void: why the times mean nothing, else None.
    """

    n_calls: int
    p50_s: float | None
    p50_low_s: float | None
    p50_high_s: float | None
    p90_s: float | None
    p90_low_s: float | None
    p90_high_s: float | None
    p99_s: float | None
    p99_low_s: float | None
    p99_high_s: float | None
    rtf: float | None
    prepare_s: float
    relative_p50: float | None = None
    relative_p50_low: float | None = None
    relative_p50_high: float | None = None
    calibration_p50_s: float | None = None
    stages: Mapping[str, StageLatency] = field(default_factory=dict)
    reading: Mapping[str, StageLatency] = field(default_factory=dict)
    machine: str | None = None
    void: str | None = None

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def summarise_latency(
    profiled: Sequence[ProfileRow],
    prepared: Sequence[PrepareRow],
    earlier: str = "the quality pass",
) -> Latency | None:
    """Summarise one system's profile rows; None where nothing was profiled.

    Args:
        profiled: its timed calls.
        prepared: how it got ready.
        earlier: what the calls' captions were held against, to say so where they differ.
    """
    if not profiled:
        return None
    seconds = np.array([row.caption_s for row in profiled])
    audio_s = sum(row.audio_s for row in profiled)
    calibration = _calibration(profiled)
    inside = _by_stage([row.stages for row in profiled])
    outside = _by_stage([row.reading for row in profiled])
    calibration_p50 = None if calibration is None else percentile(calibration, 0.5)
    return Latency(
        n_calls=len(profiled),
        **percentile_fields(seconds),
        **_relative_p50(seconds, calibration),
        rtf=float(seconds.sum()) / audio_s if audio_s > 0 else None,
        prepare_s=sum(row.prepare_s for row in prepared),
        calibration_p50_s=calibration_p50.value if calibration_p50 else None,
        stages={
            name: _stage(spent, calibration, float(seconds.sum())) for name, spent in inside.items()
        },
        reading={name: _stage(spent, calibration, None) for name, spent in outside.items()},
        machine=profiled[-1].machine,
        void=_why_void(profiled, earlier),
    )


def percentile_fields(seconds: _Seconds) -> dict[str, float | None]:
    """Spell p50, p90 and p99 with their bounds: ``{"p50_s": 0.05, "p50_low_s": ...}``."""
    fields: dict[str, float | None] = {}
    for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99)):
        found = percentile(seconds, share)
        value, low, high = found or (None, None, None)
        fields |= {f"{name}_s": value, f"{name}_low_s": low, f"{name}_high_s": high}
    return fields


def _calibration(profiled: Sequence[ProfileRow]) -> _Seconds | None:
    noted = [row.calibration_s for row in profiled if row.calibration_s is not None]
    return np.array(noted) if len(noted) == len(profiled) else None


def _by_stage(calls: Sequence[Mapping[str, float]]) -> dict[str, _Seconds]:
    names = dict.fromkeys(name for call in calls for name in call)
    return {name: np.array([call.get(name, 0.0) for call in calls]) for name in names}


def _stage(spent: _Seconds, calibration: _Seconds | None, total_s: float | None) -> StageLatency:
    median = percentile(spent, 0.5)
    return StageLatency(
        p50_s=median.value if median else None,
        share=float(spent.sum()) / total_s if total_s else None,
        **_relative_p50(spent, calibration),
    )


def _relative_p50(seconds: _Seconds, calibration: _Seconds | None) -> dict[str, float | None]:
    found: Percentile | None = None
    if calibration is not None:
        found = percentile(seconds / calibration, 0.5)
    value, low, high = found or (None, None, None)
    return {"relative_p50": value, "relative_p50_low": low, "relative_p50_high": high}


def _why_void(profiled: Sequence[ProfileRow], earlier: str) -> str | None:
    if any(row.is_embedded for row in profiled):
        return "embeddings from files: encoding not measured"
    if error := next((row.error for row in profiled if row.error), None):
        return f"a call failed: {error}"
    n_differing = sum(not row.is_same for row in profiled)
    return f"{n_differing} captions differ from {earlier}" if n_differing else None
