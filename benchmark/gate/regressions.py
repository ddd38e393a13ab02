"""The clips whose score fell most, with both captions: where to look first."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.gate.checks import Regression
from benchmark.gate.pairs import find_common_clips, has_value, why_incomparable
from benchmark.metrics.catalogue import METRICS
from benchmark.runs.record import RunRecord


def worst_regressions(
    run: RunRecord, baseline: RunRecord, systems: Sequence[str], key: str, n_clips: int
) -> list[Regression]:
    """List the clips of all systems whose score fell most by one metric, worst first.

    Systems without that metric in both runs, made in the same way, are passed over.
    """
    found: list[Regression] = []
    for system in systems:
        has_both = has_value(run, system, key) and has_value(baseline, system, key)
        if has_both and why_incomparable(run, baseline, system, key) is None:
            found += _of_system(run, baseline, system, key)
    fallen = [regression for regression in found if regression.loss > 0]
    return sorted(fallen, key=lambda r: (-r.loss, r.system, r.clip_id))[:n_clips]


def _of_system(run: RunRecord, baseline: RunRecord, system: str, key: str) -> list[Regression]:
    clips = find_common_clips(run, baseline, system)
    before = baseline.statistics[system].per_clip(key)[clips.rows[0]]
    now = run.statistics[system].per_clip(key)[clips.rows[1]]
    sign = 1.0 if METRICS[key].higher_is_better else -1.0
    return [
        Regression(
            system=system,
            clip_id=clip_id,
            metric=key,
            loss=sign * float(was - now_is),
            baseline_score=float(was),
            run_score=float(now_is),
            baseline_caption=baseline.captions[system].get(clip_id, ""),
            run_caption=run.captions[system].get(clip_id, ""),
        )
        for clip_id, was, now_is in zip(clips.clip_ids, before, now, strict=True)
    ]
