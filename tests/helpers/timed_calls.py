"""Timed calls of a system, as a ledger holds them."""

from __future__ import annotations

import dataclasses

from benchmark.runs.entries import TimedEntry
from benchmark.runs.latency import Latency
from benchmark.stats.percentiles import Percentile, Percentiles

ROW = TimedEntry("toy", "a", 0.5, 1.0, True)


def calls(*seconds, **changes):
    return [
        dataclasses.replace(ROW, clip_id=f"{i:03d}", caption_s=s, **changes)
        for i, s in enumerate(seconds)
    ]


def latency_of(median_s):
    """A latency of 20 calls with a median and no bounds, as of a run of before there were any."""
    seconds = Percentiles(Percentile.from_parts(median_s), None, None)
    return Latency(n_calls=20, seconds=seconds, rtf=0.02, prepare_s=1.5)
