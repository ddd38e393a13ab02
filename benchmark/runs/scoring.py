"""From a ledger to scores: which captions count, against which references."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.contract import ClipClusters, References, hash_clip_ids
from benchmark.metrics.catalogue import METRICS, describe_strangers
from benchmark.metrics.contributions import Contributions
from benchmark.metrics.scores import IdfSource, Score, ScoringTask
from benchmark.metrics.suite import MetricModels, score_tasks
from benchmark.runs.entries import CAPTIONED, ClipEntry
from benchmark.runs.ledger import LedgerView
from benchmark.runs.plan import Plan, PlannedSystem
from benchmark.runs.scores import Cell, SystemScores
from benchmark.stats import interval_of
from benchmark.stats.samples import Clusters


@dataclass(frozen=True, slots=True)
class ScoredSystem:
    """One system's scores, clip by clip.

    Attributes:
        scores: by metric; per-clip arrays follow ``clip_ids``.
        contributions: what each clip adds to them.
    """

    scores: Mapping[str, Score]
    contributions: Contributions

    @property
    def clip_ids(self) -> tuple[str, ...]:
        """The clips that count, sorted: those with a caption, in any fold where there are folds."""
        return self.contributions.clip_ids

    def summarise(self, known: ClipClusters | None = None) -> SystemScores:
        """Reduce the clips to corpus values with 95 % intervals.

        Args:
            known: which clips belong together; the intervals then take whole clusters.
        """
        clusters = None if known is None else known.of(self.clip_ids)
        return SystemScores(
            n_scored=len(self.clip_ids),
            clips_sha256=hash_clip_ids(self.clip_ids),
            metrics={key: self._cell(key, score, clusters) for key, score in self.scores.items()},
            declared=describe_strangers(self.scores),
        )

    def _cell(self, key: str, score: Score, clusters: Clusters | None) -> Cell:
        low, high = self._interval(key, clusters)
        return Cell(score.value, low, high, score.reason, score.signature, score.has_failed)

    def _interval(self, key: str, clusters: Clusters | None) -> tuple[float | None, float | None]:
        if not self.contributions.has(key) or METRICS[key].higher_is_better is None:
            return None, None
        return interval_of(self.contributions.sample(key), clusters=clusters) or (None, None)


def score_ledger(
    plan: Plan, view: LedgerView, references: References, models: MetricModels
) -> dict[str, ScoredSystem]:
    """Score every planned system on the captions the ledger holds.

    All systems go through the suite together, so that work on the references is done once.
    """
    tasks: list[ScoringTask] = []
    owners: list[str] = []
    for system in plan.systems:
        for task in _tasks(plan, system, view.entries(system.name), references):
            tasks.append(task)
            owners.append(system.name)
    by_system: dict[str, list[tuple[ScoringTask, Mapping[str, Score]]]] = {}
    for owner, task, scores in zip(
        owners, tasks, score_tasks(tasks, plan.metrics, models), strict=True
    ):
        by_system.setdefault(owner, []).append((task, scores))
    return {
        system.name: _merge(by_system.get(system.name, []), plan.metrics) for system in plan.systems
    }


def per_clip_table(
    scores: Mapping[str, ScoredSystem], keys: Sequence[str]
) -> tuple[list[str], list[list[object]]]:
    """Lay out per-clip scores as rows of ``system, clip_id, metric...``; blank = no value."""
    rows: list[list[object]] = []
    for name, system in scores.items():
        columns = [_column(system.scores[key], len(system.clip_ids)) for key in keys]
        for index, clip_id in enumerate(system.clip_ids):
            rows.append([name, clip_id, *(column[index] for column in columns)])
    return ["system", "clip_id", *keys], rows


def _column(score: Score, n_clips: int) -> list[object]:
    if score.per_clip is None:
        return [""] * n_clips
    return ["" if math.isnan(value) else value for value in score.per_clip.tolist()]


def _tasks(
    plan: Plan, system: PlannedSystem, rows: Sequence[ClipEntry], references: References
) -> list[ScoringTask]:
    tasks = []
    # Whatever references a caption is held against, its words weigh as in all of the split.
    idf = IdfSource(plan.references_name, references)
    for fold in sorted({row.fold for row in rows}):
        candidates = {
            row.clip_id: row.caption or ""
            for row in rows
            if row.fold == fold and row.state in CAPTIONED
        }
        against = _without(references, fold) if system.leave_one_out else references
        if candidates:
            task = ScoringTask(
                system.name,
                plan.references_name,
                against,
                candidates,
                idf_source=idf if system.leave_one_out else None,
                split_sha256=plan.references_sha256,
            )
            tasks.append(task)
    return tasks


def _without(references: References, fold: int) -> References:
    """Take reference number ``fold`` out, where that leaves another one."""
    return {
        clip_id: tuple(text for index, text in enumerate(texts) if index != fold or len(texts) == 1)
        for clip_id, texts in references.items()
    }


def _merge(
    parts: Sequence[tuple[ScoringTask, Mapping[str, Score]]], keys: Sequence[str]
) -> ScoredSystem:
    """Join the folds of one system: corpus values and clips' values are means over folds."""
    contributions = Contributions.gather([(task.clip_ids, scores) for task, scores in parts])
    if not parts:
        reason = "the system gave no caption"
        return ScoredSystem({key: Score.unavailable(reason) for key in keys}, contributions)
    if len(parts) == 1:
        return ScoredSystem(parts[0][1], contributions)
    merged = {
        key: _mean_over_folds([scores[key] for _, scores in parts], key, contributions)
        for key in keys
    }
    return ScoredSystem(merged, contributions)


def _mean_over_folds(scores: Sequence[Score], key: str, contributions: Contributions) -> Score:
    values = [score.value for score in scores if score.value is not None]
    if len(values) < len(scores):
        return next(score for score in scores if not score.available)
    folds = ("folds", f"{len(scores)},leave-one-out")
    signature = scores[0].signature and scores[0].signature.with_parts(folds)
    value, per_clip = float(np.mean(values)), None
    if contributions.has(key):
        per_clip = contributions.per_clip(key)
        value = contributions.sample(key).only_valued().value
    reason = next((score.reason for score in scores if score.reason), None)
    return Score(value, per_clip, signature, reason)
