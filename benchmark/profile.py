"""Latency of the profile pass: some clips captioned once more, alone, with every cache off."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmark.ledger import PrepareRow, ProfileRow

_CALLS_FOR_P50 = 5
_CALLS_FOR_P90 = 50


@dataclass(frozen=True, slots=True)
class Latency:
    """How fast a system captions one clip; reading and resampling sounds is outside it.

    Attributes:
        n_calls: timed calls of one clip each, warm-up left out.
        p50_s: median seconds a call; None where fewer than 5 calls were timed.
        p90_s: 90th percentile; None where fewer than 50 calls were timed.
        rtf: real-time factor, captioning seconds over audio seconds; None without audio.
        prepare_s: seconds to get ready, training included; caches were on.
        void: why the times mean nothing, else None.
    """

    n_calls: int
    p50_s: float | None
    p90_s: float | None
    rtf: float | None
    prepare_s: float
    void: str | None = None

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def summarise_latency(
    profiled: Sequence[ProfileRow], prepared: Sequence[PrepareRow]
) -> Latency | None:
    """Summarise one system's profile rows; None where nothing was profiled."""
    if not profiled:
        return None
    seconds = np.array([row.caption_s for row in profiled])
    audio_s = sum(row.audio_s for row in profiled)
    return Latency(
        n_calls=len(profiled),
        p50_s=float(np.quantile(seconds, 0.5)) if len(profiled) >= _CALLS_FOR_P50 else None,
        p90_s=float(np.quantile(seconds, 0.9)) if len(profiled) >= _CALLS_FOR_P90 else None,
        rtf=float(seconds.sum()) / audio_s if audio_s > 0 else None,
        prepare_s=sum(row.prepare_s for row in prepared),
        void=_why_void(profiled),
    )


def _why_void(profiled: Sequence[ProfileRow]) -> str | None:
    if any(row.is_embedded for row in profiled):
        return "embeddings from files: encoding not measured"
    n_differing = sum(not row.is_same for row in profiled)
    return f"{n_differing} captions differ from the quality pass" if n_differing else None
