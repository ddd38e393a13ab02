"""The parts of a record held against each other: no number in it is believed that another denies.

So an edit shows in runs that earlier versions wrote, which sealed nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from benchmark.contract import hash_clip_ids
from benchmark.metrics.catalogue import METRICS
from benchmark.runs.record import SystemRecord

_ROUNDING = 1e-6
"""Sums of another version, or another machine, differ in their last digits."""


def find_contradictions(systems: Mapping[str, SystemRecord]) -> list[str]:
    """Say in what scores, statistics, captions and seal of systems do not go together."""
    return [fault for system in systems.values() for fault in _find(system)]


def _find(system: SystemRecord) -> Iterator[str]:
    name, scores, contributions = system.name, system.scores, system.contributions
    n_clips = contributions.n_clips
    if not scores.n_scored == system.sealed.n_scored == n_clips:
        yield (
            f"{name}: {scores.n_scored:,} clips scored in the scores, "
            f"{system.sealed.n_scored:,} in the manifest, {n_clips:,} in the statistics"
        )
    elif scores.clips_sha256 != hash_clip_ids(contributions.clip_ids):
        yield f"{name}: the statistics are of other clips than the scores"
    if system.captions and system.captions.keys() != set(contributions.clip_ids):
        n_captions = len(system.captions)
        yield f"{name}: {n_captions:,} clips have a caption, and {n_clips:,} others were scored"
    for key, cell in scores.metrics.items():
        is_unavailable = cell.value is None and cell.signature is None
        if is_unavailable or not contributions.has(key, loads=False) or not n_clips:
            continue
        value = contributions.sample(key).only_valued().value
        if cell.value is None:
            if math.isfinite(value):
                label = METRICS[key].label
                yield f"{name}: {label} has no value, and its statistics make {value:.6g}"
            continue
        if not math.isclose(cell.value, value, rel_tol=_ROUNDING, abs_tol=_ROUNDING):
            label = METRICS[key].label
            yield f"{name}: {label} is {cell.value:.6g}, and its statistics make {value:.6g}"
            continue
        low, high = cell.low, cell.high
        if low is not None and high is not None and not low <= high:
            yield f"{name}: the interval of {METRICS[key].label} ends before it begins"
