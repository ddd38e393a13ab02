"""One metric of one system in both runs, and why there may be no such thing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmark.metrics.catalogue import METRICS
from benchmark.metrics.contributions import CommonClips, samples_alike
from benchmark.runs.record import RunRecord
from benchmark.stats.samples import Sample

_OWN = ("aac-bench:", "refs:", "clips:")
"""Parts of a signature that two runs may differ in: coverage is judged apart, and whether this
project's own code still gives the same numbers is just what a gate is asked."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One metric of one system in both runs, over the clips that both scored."""

    system: str
    key: str
    before: Sample
    now: Sample

    @property
    def is_higher_better(self) -> bool:
        return METRICS[self.key].higher_is_better is True

    @property
    def better_first(self) -> tuple[Sample, Sample]:
        """Both samples in an order that makes first less second the loss."""
        return (self.before, self.now) if self.is_higher_better else (self.now, self.before)

    @property
    def loss(self) -> float:
        """How much worse the run is, in the metric's units; negative is better."""
        first, second = self.better_first
        return first.value - second.value

    @property
    def drop(self) -> float:
        """The loss as a share of the baseline's value; infinite where that is 0."""
        loss, size = self.loss, abs(self.before.value)
        if loss == 0:
            return 0.0
        return loss / size if size else math.copysign(math.inf, loss)


def find_common_clips(run: RunRecord, baseline: RunRecord, system: str) -> CommonClips:
    """Match the clips of one system that the baseline and the run scored, in this order."""
    return CommonClips.find(_scored_clips(baseline, system), _scored_clips(run, system))


def _scored_clips(record: RunRecord, system: str) -> tuple[str, ...]:
    statistics = record.statistics.get(system)
    return statistics.clip_ids if statistics else ()


def pair_up(run: RunRecord, baseline: RunRecord, system: str, key: str, clips: CommonClips) -> Pair:
    """Take one metric of both runs over the same clips."""
    before, now = samples_alike([baseline.statistics[system], run.statistics[system]], key)
    return Pair(system, key, before.take(clips.rows[0]), now.take(clips.rows[1]))


def cell_of(record: RunRecord, system: str, key: str) -> Mapping[str, Any] | None:
    """Find a metric's score; None where the run does not have the system or the metric."""
    scores = record.scores["systems"].get(system, {}).get("metrics", {})
    cell: Mapping[str, Any] | None = scores.get(key)
    return cell


def value_of(record: RunRecord, system: str, key: str) -> float | None:
    """Return a metric's corpus value; None where the run has none."""
    cell = cell_of(record, system, key)
    return None if cell is None or cell["value"] is None else float(cell["value"])


def has_value(record: RunRecord, system: str, key: str) -> bool:
    return value_of(record, system, key) is not None


def comparable_part(signature: str) -> str:
    """Reduce a signature to what two runs must share before a metric of theirs compares."""
    return "|".join(part for part in signature.split("|") if not part.startswith(_OWN))


def why_missing(run: RunRecord, system: str, key: str) -> str | None:
    """Say why the run has no value of a metric; None where it has one."""
    cell = cell_of(run, system, key)
    if cell is None:
        return "not in the run"
    return None if cell["available"] else f"unavailable in the run: {cell['reason']}"


def why_incomparable(run: RunRecord, baseline: RunRecord, system: str, key: str) -> str | None:
    """Say in what two values of a metric were made differently; None where they compare."""
    cells = [cell_of(record, system, key) for record in (baseline, run)]
    before, now = (comparable_part(cell["signature"]).split("|") for cell in cells if cell)
    if before == now:
        return None
    gone = [part for part in before if part not in now] or ["nothing"]
    come = [part for part in now if part not in before] or ["nothing"]
    return (
        f"cannot be compared: made with {', '.join(come)} where the baseline has {', '.join(gone)}"
    )
