"""What a page shows of a run, as the JSON that its script reads."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmark.contract import Split
from benchmark.files import JsonObject
from benchmark.leaderboard.page.sounds import PageSound
from benchmark.leaderboard.ranking import Standing
from benchmark.metrics.catalogue import METRICS, Metric
from benchmark.metrics.contributions import Contributions
from benchmark.runs.record import RunRecord, SystemRecord

RANKED_RUNGS = ("system", "retrieval")
_DIGITS = 2  # of values x100


def page_data(
    record: RunRecord,
    standings: Sequence[Standing],
    split: Split,
    sounds: Sequence[PageSound],
) -> JsonObject:
    """Gather captions, references, scores and sounds, clip by clip.

    Args:
        record: of the run.
        standings: of the run's rows, table by table.
        split: the run's, for its references.
        sounds: one entry a clip of the plan, in its order.

    Returns:
        ``metrics``, and ``rankedBy``, the key of the one that the first table goes by;
        ``systems`` in the order of the leaderboard, each with ``captions`` (one a clip, null where
        there is none) and ``scores`` (one list a metric, of one value a clip, null likewise);
        ``clips`` with id, references and sound.
    """
    clip_ids = record.plan.clip_ids
    metrics = [metric for key, metric in METRICS.items() if _is_shown(metric, key, record)]
    ordered = [row for standing in standings for row in standing.rows]
    compared = [row for row in ordered if row.rung in RANKED_RUNGS]
    compared = compared if len(compared) > 1 else ordered
    return {
        "metrics": [
            {"key": m.key, "label": m.label, "higherIsBetter": m.higher_is_better} for m in metrics
        ],
        "rankedBy": standings[0].ranking.key,
        "systems": [
            {
                "name": row.system,
                "rung": row.rung,
                "isCompared": row in compared,
                **_captions(row.record, clip_ids),
                "scores": _scores(row.record.contributions, metrics, clip_ids),
            }
            for row in ordered
        ],
        "clips": [
            {
                "id": clip_id,
                "references": list(split.references[clip_id]),
                "sound": sound.name,
                "duration": round(sound.duration_s, 2),
                "note": sound.note,
            }
            for clip_id, sound in zip(clip_ids, sounds, strict=True)
        ],
    }


def _is_shown(metric: Metric, key: str, record: RunRecord) -> bool:
    """Whether a clip's own value means something (BLEU's does not) and the run has it."""
    has_clips = metric.aggregation == "mean" or metric.group == "meteor"
    is_judging = metric.in_table and metric.higher_is_better is not None
    has_any = any(system.contributions.has(key) for system in record.systems.values())
    return has_clips and is_judging and has_any


def _captions(system: SystemRecord, clip_ids: Sequence[str]) -> JsonObject:
    """List a system's captions; a leave-one-out system has several a clip, so none is listed."""
    if system.planned.leave_one_out:
        return {"captions": [None] * len(clip_ids), "silence": "each reference against the others"}
    return {
        "captions": [system.captions.get(clip_id) for clip_id in clip_ids],
        "silence": "no caption",
    }


def _scores(
    contributions: Contributions, metrics: Sequence[Metric], clip_ids: Sequence[str]
) -> list[list[float | None]]:
    clips, columns = contributions.clip_ids, list[list[float | None]]()
    for metric in metrics:
        values = (
            dict(zip(clips, contributions.per_clip(metric.key).tolist(), strict=True))
            if contributions.has(metric.key)
            else {}
        )
        columns.append([_percent(values.get(clip_id)) for clip_id in clip_ids])
    return columns


def _percent(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(100 * value, _DIGITS)
