"""Latency of a run's quality pass: what the ledger's timings say."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmark.ledger import CAPTIONED, ClipRow, PrepareRow

_WARM_UP_CALLS = 1
_CALLS_FOR_P50 = 5
_CALLS_FOR_P90 = 50


@dataclass(frozen=True, slots=True)
class Latency:
    """How fast a system captioned; reading and resampling sounds is outside these figures.

    Attributes:
        n_calls: timed calls of the captioner; the first is warm-up and dropped.
        batch_size: clips a call, at most.
        p50_s: median seconds a call; None where fewer than 5 calls were timed.
        p90_s: 90th percentile; None where fewer than 50 calls were timed.
        clips_per_s: clips over captioning seconds.
        rtf: real-time factor, captioning seconds over audio seconds; None without audio.
        prepare_s: seconds to get ready, training included, over all folds.
    """

    n_calls: int
    batch_size: int
    p50_s: float | None
    p90_s: float | None
    clips_per_s: float | None
    rtf: float | None
    prepare_s: float

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def summarise_latency(rows: Sequence[ClipRow], prepared: Sequence[PrepareRow]) -> Latency | None:
    """Summarise one system's ledger rows; None where nothing was captioned."""
    rows = [row for row in rows if row.state in CAPTIONED]
    if not rows:
        return None
    calls: dict[tuple[int, int], list[ClipRow]] = {}
    for row in rows:
        calls.setdefault((row.fold, row.batch), []).append(row)
    timed = list(calls.values())
    if len(timed) > _WARM_UP_CALLS:
        timed = timed[_WARM_UP_CALLS:]
    seconds = np.array([call[0].caption_s for call in timed])
    audio_s = sum(row.audio_s for call in timed for row in call)
    n_clips = sum(len(call) for call in timed)
    total_s = float(seconds.sum())
    return Latency(
        n_calls=len(timed),
        batch_size=max(row.batch_size for row in rows),
        p50_s=float(np.quantile(seconds, 0.5)) if len(timed) >= _CALLS_FOR_P50 else None,
        p90_s=float(np.quantile(seconds, 0.9)) if len(timed) >= _CALLS_FOR_P90 else None,
        clips_per_s=n_clips / total_s if total_s > 0 else None,
        rtf=total_s / audio_s if audio_s > 0 else None,
        prepare_s=sum(row.prepare_s for row in prepared),
    )
