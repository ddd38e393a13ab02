"""From a ledger to scores: which captions count, against which references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmark.contract import References, hash_clip_ids
from benchmark.ledger import CAPTIONED, ClipRow, LedgerView
from benchmark.metrics.scores import PerClip, Score, Task
from benchmark.metrics.suite import SuiteSettings, score_tasks
from benchmark.metrics.table import METRICS
from benchmark.plan import Plan, PlannedSystem
from benchmark.stats import bootstrap_means, percentile_interval

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class SystemScores:
    """One system's scores.

    ``clip_ids`` are the clips that count, sorted: those with a caption, in every fold where
    there are folds. Per-clip arrays follow their order.
    """

    clip_ids: tuple[str, ...]
    scores: Mapping[str, Score]

    def to_json(self) -> dict[str, Any]:
        return {
            "n_scored": len(self.clip_ids),
            "clips_sha256": hash_clip_ids(self.clip_ids),
            "metrics": {key: _score_json(key, score) for key, score in self.scores.items()},
        }


def score_ledger(
    plan: Plan, view: LedgerView, references: References, settings: SuiteSettings
) -> dict[str, SystemScores]:
    """Score every planned system on the captions the ledger holds.

    All systems go through the suite together, so that work on the references is done once.
    """
    tasks: list[Task] = []
    owners: list[str] = []
    for system in plan.systems:
        for task in _tasks(plan, system, view.rows(system.name), references):
            tasks.append(task)
            owners.append(system.name)
    by_system: dict[str, list[tuple[Task, Mapping[str, Score]]]] = {}
    for owner, task, scores in zip(
        owners, tasks, score_tasks(tasks, plan.metrics, settings), strict=True
    ):
        by_system.setdefault(owner, []).append((task, scores))
    return {
        system.name: _merge(by_system.get(system.name, []), plan.metrics) for system in plan.systems
    }


def per_clip_table(
    scores: Mapping[str, SystemScores], keys: Sequence[str]
) -> tuple[list[str], list[list[object]]]:
    """Lay out per-clip scores as rows of ``system, clip_id, metric...``; blank = unavailable."""
    rows: list[list[object]] = []
    for name, system in scores.items():
        columns = [_column(system.scores[key], len(system.clip_ids)) for key in keys]
        for index, clip_id in enumerate(system.clip_ids):
            rows.append([name, clip_id, *(column[index] for column in columns)])
    return ["system", "clip_id", *keys], rows


def _column(score: Score, n_clips: int) -> list[object]:
    return [""] * n_clips if score.per_clip is None else list(score.per_clip.tolist())


def _tasks(
    plan: Plan, system: PlannedSystem, rows: Sequence[ClipRow], references: References
) -> list[Task]:
    tasks = []
    for fold in sorted({row.fold for row in rows}):
        candidates = {
            row.clip_id: row.caption or ""
            for row in rows
            if row.fold == fold and row.state in CAPTIONED
        }
        against = _without(references, fold) if system.leave_one_out else references
        if candidates:
            tasks.append(Task(system.name, plan.dataset, against, candidates))
    return tasks


def _without(references: References, fold: int) -> References:
    """Take reference number ``fold`` out, where that leaves another one."""
    return {
        clip_id: tuple(text for index, text in enumerate(texts) if index != fold or len(texts) == 1)
        for clip_id, texts in references.items()
    }


def _merge(parts: Sequence[tuple[Task, Mapping[str, Score]]], keys: Sequence[str]) -> SystemScores:
    """Join the folds of one system: corpus values and clips' values are means over folds."""
    if not parts:
        reason = "the system gave no caption"
        return SystemScores((), {key: Score.unavailable(reason) for key in keys})
    if len(parts) == 1:
        task, scores = parts[0]
        return SystemScores(task.clip_ids, scores)
    clip_ids = tuple(sorted({clip_id for task, _ in parts for clip_id in task.clip_ids}))
    merged = {key: _mean_over_folds(clip_ids, key, parts) for key in keys}
    return SystemScores(clip_ids, merged)


def _mean_over_folds(
    clip_ids: Sequence[str], key: str, parts: Sequence[tuple[Task, Mapping[str, Score]]]
) -> Score:
    scores = [score[key] for _, score in parts]
    values = [score.value for score in scores if score.value is not None]
    if len(values) < len(scores):
        return next(score for score in scores if not score.available)
    signature = f"{scores[0].signature}|folds:{len(scores)},leave-one-out"
    arrays = [score.per_clip for score in scores if score.per_clip is not None]
    if len(arrays) < len(scores):
        return Score(float(np.mean(values)), None, signature)
    totals: PerClip = np.zeros(len(clip_ids))
    counts: PerClip = np.zeros(len(clip_ids))
    position = {clip_id: index for index, clip_id in enumerate(clip_ids)}
    for (task, _), values_of_fold in zip(parts, arrays, strict=True):
        where = [position[clip_id] for clip_id in task.clip_ids]
        totals[where] += values_of_fold
        counts[where] += 1
    return Score(float(np.mean(values)), totals / counts, signature)


def _score_json(key: str, score: Score) -> dict[str, Any]:
    low, high = _interval(key, score)
    return {
        "value": score.value,
        "low": low,
        "high": high,
        "available": score.available,
        "reason": score.reason,
        "signature": score.signature,
    }


def _interval(key: str, score: Score) -> tuple[float | None, float | None]:
    if score.resampled is not None:
        return percentile_interval(score.resampled)
    is_mean = METRICS[key].aggregation == "mean" and METRICS[key].higher_is_better is not None
    if is_mean and score.per_clip is not None and len(score.per_clip) > 1:
        return percentile_interval(bootstrap_means(score.per_clip))
    return None, None
