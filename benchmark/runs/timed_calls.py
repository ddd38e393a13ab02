"""Many timed calls become one latency: percentiles, stages, ratios to fixed work, what voids it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmark.runs.entries import PrepareEntry, TimedEntry
from benchmark.runs.latency import Latency, StageTime
from benchmark.stats.percentiles import Percentile, percentile
from benchmark.stats.series import percentiles_of_stream

_Seconds = NDArray[np.float64]

EARLIER = "the quality pass"


def summarise_latency(
    timed: Sequence[TimedEntry], prepared: Sequence[PrepareEntry], earlier: str = EARLIER
) -> Latency | None:
    """Summarise one system's timed calls; None where there are none.

    Args:
        timed: the calls.
        prepared: how it got ready.
        earlier: what the calls' captions were held against, to say so where they differ.
    """
    if not timed:
        return None
    seconds = np.array([row.caption_s for row in timed])
    audio_s = sum(row.audio_s for row in timed)
    calibration = _calibration(timed)
    inside = _by_stage([row.stages for row in timed])
    outside = _by_stage([row.reading for row in timed])
    calibration_p50 = None if calibration is None else percentile(calibration, 0.5)
    return Latency(
        n_calls=len(timed),
        seconds=percentiles_of_stream(seconds),
        rtf=float(seconds.sum()) / audio_s if audio_s > 0 else None,
        prepare_s=sum(row.prepare_s for row in prepared),
        relative_p50=_relative_p50(seconds, calibration),
        calibration_p50_s=calibration_p50.value if calibration_p50 else None,
        stages={
            name: _stage(spent, calibration, float(seconds.sum())) for name, spent in inside.items()
        },
        reading={name: _stage(spent, calibration, None) for name, spent in outside.items()},
        machine=timed[-1].machine,
        void=why_void(timed, earlier),
    )


def why_void(timed: Sequence[TimedEntry], earlier: str = EARLIER) -> str | None:
    """Say why the times of one system's calls mean nothing; None where they mean something.

    Args:
        timed: the calls.
        earlier: what their captions were held against.
    """
    if any(row.is_embedded for row in timed):
        return "embeddings from files: encoding not measured"
    if error := next((row.error for row in timed if row.error), None):
        return f"a call failed: {error}"
    n_differing = sum(not row.is_same for row in timed)
    return f"{n_differing} captions differ from {earlier}" if n_differing else None


def _calibration(timed: Sequence[TimedEntry]) -> _Seconds | None:
    noted = [row.calibration_s for row in timed if row.calibration_s is not None]
    return np.array(noted) if len(noted) == len(timed) else None


def _by_stage(calls: Sequence[Mapping[str, float]]) -> dict[str, _Seconds]:
    names = dict.fromkeys(name for call in calls for name in call)
    return {name: np.array([call.get(name, 0.0) for call in calls]) for name in names}


def _stage(spent: _Seconds, calibration: _Seconds | None, total_s: float | None) -> StageTime:
    median = percentile(spent, 0.5)
    return StageTime(
        p50_s=median.value if median else None,
        share=float(spent.sum()) / total_s if total_s else None,
        relative_p50=_relative_p50(spent, calibration),
    )


def _relative_p50(seconds: _Seconds, calibration: _Seconds | None) -> Percentile | None:
    return None if calibration is None else percentile(seconds / calibration, 0.5)
