"""List the clips whose score fell most, with both captions: where to look first."""

from __future__ import annotations

from benchmark.gate.checks import Regression
from benchmark.gate.held import HeldRun
from benchmark.gate.pairs import has_value, why_incomparable
from benchmark.metrics.catalogue import METRICS
from benchmark.runs.pairs import SystemPair


def worst_regressions(night: HeldRun, key: str, n_clips: int) -> list[Regression]:
    """List the clips of all systems whose score fell most by one metric, worst first.

    Systems without that metric in both runs, made in the same way, are passed over.
    """
    regressions: list[Regression] = []
    for system in night.scored:
        pair = night.pairs.get(system.name)
        has_both = pair is not None and has_value(pair.first, key) and has_value(system, key)
        if pair is not None and has_both and why_incomparable(pair, key) is None:
            regressions += _of_system(pair, key)
    fallen = [regression for regression in regressions if regression.loss > 0]
    return sorted(fallen, key=lambda r: (-r.loss, r.system, r.clip_id))[:n_clips]


def _of_system(pair: SystemPair, key: str) -> list[Regression]:
    before, now = (
        system.contributions.per_clip(key)[rows]
        for system, rows in zip((pair.first, pair.second), pair.clips.rows, strict=True)
    )
    sign = 1.0 if METRICS[key].higher_is_better else -1.0
    return [
        Regression(
            system=pair.second.name,
            clip_id=clip_id,
            metric=key,
            loss=sign * float(was - is_now),
            baseline_score=float(was),
            run_score=float(is_now),
            baseline_caption=pair.first.captions.get(clip_id, ""),
            run_caption=pair.second.captions.get(clip_id, ""),
        )
        for clip_id, was, is_now in zip(pair.clips.clip_ids, before, now, strict=True)
    ]
