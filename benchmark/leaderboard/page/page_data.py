"""What a page shows of a run, as the JSON that its script reads."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmark.contract import Split
from benchmark.contract.metrics import Metric
from benchmark.files import JsonObject
from benchmark.leaderboard.by_clip import clip_values, list_clip_metrics
from benchmark.leaderboard.one_clip import EACH_REFERENCE, NO_CAPTION
from benchmark.leaderboard.page.sounds import PageSound
from benchmark.leaderboard.ranking import Standing
from benchmark.leaderboard.rows import Row
from benchmark.leaderboard.tiers import tiers_of
from benchmark.metrics.contributions import Contributions
from benchmark.runs.record import RunRecord, SystemRecord
from benchmark.systems.explaining import Explained

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
        ``systems`` in the order of the leaderboard, each with its ``group`` (its tier, else its
        rung), ``captions`` (one a clip, null where there is none), ``scores`` (one list a metric,
        of one value a clip, null likewise) and, where it said any, ``evidence`` (what each clip's
        caption leaned on, null likewise);
        ``clips`` with id, references and sound.
    """
    clip_ids = record.plan.clip_ids
    metrics = list_clip_metrics(record)
    groups = [pair for standing in standings for pair in _group(standing, len(standings) > 1)]
    ordered = [row for row, _ in groups]
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
                "flaws": list(row.flaws),
                "rung": row.rung,
                "group": group,
                "isCompared": row in compared,
                **_captions(row.record, clip_ids),
                **_evidence(row.record, clip_ids),
                "scores": _scores(row.record.contributions, metrics, clip_ids),
            }
            for row, group in groups
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


def _group(standing: Standing, is_one_of_several: bool) -> list[tuple[Row, str]]:
    """Name what each row of a table is in: its tier, or the rung that has none."""
    tiers = tiers_of(standing) or [None] * len(standing.rows)
    of_table = f", {standing.rows[0].n_scored:,} clips" if is_one_of_several else ""
    return [
        (row, (row.rung if tier is None else f"tier {tier}") + of_table)
        for row, tier in zip(standing.rows, tiers, strict=True)
    ]


def _captions(system: SystemRecord, clip_ids: Sequence[str]) -> JsonObject:
    """List a system's captions; a leave-one-out system has several a clip, so none is listed."""
    if system.planned.leave_one_out:
        return {"captions": [None] * len(clip_ids), "silence": EACH_REFERENCE}
    return {
        "captions": [system.captions.get(clip_id) for clip_id in clip_ids],
        "silence": NO_CAPTION,
    }


def _evidence(system: SystemRecord, clip_ids: Sequence[str]) -> JsonObject:
    """List what a system's captions leaned on; nothing where no caption is listed either."""
    if not system.explained or system.planned.leave_one_out:
        return {}
    return {"evidence": [_spell_evidence(system.explained.get(clip_id)) for clip_id in clip_ids]}


def _spell_evidence(explained: Explained | None) -> list[JsonObject] | None:
    if explained is None:
        return None
    if explained.error is not None:
        return [{"kind": f"not known: {explained.error}", "pieces": []}]
    return [
        {"kind": kind, "pieces": [[piece.text, _short(piece.weight)] for piece in pieces]}
        for kind, pieces in explained.evidence.items()
    ]


def _short(weight: float | None) -> float | None:
    return None if weight is None or not math.isfinite(weight) else float(f"{weight:.3g}")


def _scores(
    contributions: Contributions, metrics: Sequence[Metric], clip_ids: Sequence[str]
) -> list[list[float | None]]:
    columns = [clip_values(contributions, metric.key) for metric in metrics]
    return [[_percent(values.get(clip_id)) for clip_id in clip_ids] for values in columns]


def _percent(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(100 * value, _DIGITS)
