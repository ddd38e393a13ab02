"""One clip of a run: what people said of it, what systems said, and what that leaned on.

Koizumi et al. (2020) end section 4.2 with such an example.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmark.contract import Split
from benchmark.contract.metrics import Metric
from benchmark.errors import UsageError, listed
from benchmark.files import JsonObject
from benchmark.leaderboard.by_clip import clip_values, list_clip_metrics
from benchmark.leaderboard.oracle import OracleCaptions
from benchmark.leaderboard.ranking import group_rows
from benchmark.leaderboard.rows import Row, Rung, rows_of
from benchmark.runs.record import RunRecord
from benchmark.systems.explaining import Explained

EACH_REFERENCE = "each reference against the others"
"""What a leave-one-out system says of a clip."""

NO_CAPTION = "no caption"


@dataclass(frozen=True, slots=True)
class SystemOnClip:
    """What one system said of a clip.

    Attributes:
        name: of the system.
        rung: where it stands in a table.
        caption: None where it gave none, or several.
        silence: why no caption is shown.
        scores: by metric, raw; None where the clip has no value.
        explained: what the caption leaned on; None where nobody asked, or it cannot say.
        flaws: what must be known of the system's row.
    """

    name: str
    rung: Rung
    caption: str | None
    silence: str
    scores: Mapping[str, float | None]
    explained: Explained | None
    flaws: tuple[str, ...] = ()

    def to_json(self) -> JsonObject:
        why = self.explained.error if self.explained else None
        return {
            "system": self.name,
            "rung": self.rung,
            "caption": self.caption,
            "why_no_caption": None if self.caption is not None else self.silence,
            "scores": dict(self.scores),
            "explanation": self.explained.spell_evidence() if self.explained and not why else None,
            "why_unexplained": why,
        }


@dataclass(frozen=True, slots=True)
class OneClip:
    """A clip with all that a run knows of it.

    Attributes:
        record: of the run.
        clip_id: the clip.
        references: what people said of it.
        metrics: that judge single clips.
        systems: in the order of the leaderboard.
        is_asked: whether systems were asked what their captions leaned on.
        oracle: the training captions that suit the references best; None where nobody looked.
    """

    record: RunRecord
    clip_id: str
    references: tuple[str, ...]
    metrics: tuple[Metric, ...]
    systems: tuple[SystemOnClip, ...]
    is_asked: bool
    oracle: OracleCaptions | None = None

    def to_json(self) -> JsonObject:
        return {
            "run": str(self.record.path),
            "dataset": self.record.plan.dataset,
            "clip": self.clip_id,
            "seal": self.record.integrity.state,
            "references": list(self.references),
            "systems": [system.to_json() for system in self.systems],
            "oracle": self.oracle.to_json() if self.oracle else None,
        }


def look_at_clip(
    record: RunRecord, split: Split, clip: str, system_names: Sequence[str] = ()
) -> OneClip:
    """Gather what a run knows of one clip.

    Args:
        record: of the run.
        split: the run's, for its references.
        clip: its id, or an exact alias of it.
        system_names: those to show; none for all.

    Raises:
        UsageError: the run has no such clip.
        UnknownNameError: it has no such system.
        RunError: its captions were withheld.
    """
    record.require_captions()
    clip_id = find_clip(record, split, clip)
    wanted = {record.system(name).name for name in system_names}
    metrics = list_clip_metrics(record)
    ordered = [row for standing in group_rows(rows_of([record])) for row in standing.rows]
    return OneClip(
        record=record,
        clip_id=clip_id,
        references=tuple(split.references[clip_id]),
        metrics=tuple(metrics),
        systems=tuple(
            _look_at_system(row, clip_id, metrics)
            for row in ordered
            if not wanted or row.system in wanted
        ),
        is_asked=record.plan.feeding.is_explained,
    )


def find_clip(record: RunRecord, split: Split, clip: str) -> str:
    """Find a run's clip by its id, or by an exact alias.

    Raises:
        UsageError: there is none; names the nearest, and says whether it is a clip of the split.
    """
    clip_ids = set(record.plan.clip_ids)
    clip_id = clip if clip in split.references else split.aliases.get(clip, clip)
    if clip_id in clip_ids:
        return clip_id
    if clip_id in split.references:
        raise UsageError(
            f"{clip_id!r} is a clip of {record.plan.dataset}, but not one of the "
            f"{len(clip_ids):,} that {record.path} is about."
        )
    near = difflib.get_close_matches(clip, record.plan.clip_ids, n=3, cutoff=0.5)
    hint = f"Its clips are {listed(record.plan.clip_ids, 3)}."
    if near:
        hint = f"Did you mean {' or '.join(map(repr, near))}?"
    raise UsageError(
        f"no clip {clip!r} in {record.path}, which is about {len(clip_ids):,} clips of "
        f"{record.plan.dataset}. {hint}"
    )


def _look_at_system(row: Row, clip_id: str, metrics: Sequence[Metric]) -> SystemOnClip:
    system = row.record
    is_of_folds = system.planned.leave_one_out
    values = {metric.key: clip_values(system.contributions, metric.key) for metric in metrics}
    return SystemOnClip(
        name=system.name,
        rung=row.rung,
        caption=None if is_of_folds else system.captions.get(clip_id),
        silence=EACH_REFERENCE if is_of_folds else NO_CAPTION,
        scores={key: _known(of_clips.get(clip_id)) for key, of_clips in values.items()},
        explained=None if is_of_folds else system.explained.get(clip_id),
        flaws=row.flaws,
    )


def _known(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
