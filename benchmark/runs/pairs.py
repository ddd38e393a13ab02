"""Rows that are held against each other: systems of runs, on the clips that both captioned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmark.errors import DataError, UsageError
from benchmark.metrics.catalogue import METRICS
from benchmark.metrics.contributions import CommonClips, SystemStatistics, samples_alike
from benchmark.runs.record import RunRecord, find_system
from benchmark.stats.samples import Sample


@dataclass(frozen=True, slots=True)
class NamedRow:
    """One system of one run."""

    record: RunRecord
    system: str

    @staticmethod
    def find(text: str) -> NamedRow:
        """Read the run that ``RUN`` or ``RUN::SYSTEM`` names; errors as ``find_system``."""
        return NamedRow(*find_system(text))

    @property
    def name(self) -> str:
        return f"{self.record.path}::{self.system}"

    @property
    def statistics(self) -> SystemStatistics:
        return self.record.statistics[self.system]

    @property
    def dataset(self) -> str:
        return self.record.plan.dataset

    def signature(self, key: str) -> str:
        return str(self._cells[key]["signature"])

    def why_absent(self, key: str) -> str | None:
        """Say why a metric cannot be resampled; None where it can."""
        if METRICS[key].higher_is_better is None:
            return "it only describes"
        if key not in self._cells:
            return f"not computed in {self.record.path}"
        if not self._cells[key]["available"]:
            return str(self._cells[key]["reason"])
        return None if self.statistics.has(key) else f"no statistics in {self.record.path}"

    def metrics(self) -> tuple[str, ...]:
        """List the metrics that were asked for when the row was last scored."""
        return tuple(self._cells)

    @property
    def _cells(self) -> Mapping[str, Any]:
        cells: Mapping[str, Any] = self.record.scores["systems"][self.system]["metrics"]
        return cells


@dataclass(frozen=True, slots=True)
class RowPair:
    """Two rows, A and B, and the clips that both have scores for.

    Attributes:
        clips: these clips, and where they stand in each row's statistics.
    """

    first: NamedRow
    second: NamedRow
    clips: CommonClips

    @staticmethod
    def match(first: NamedRow, second: NamedRow) -> RowPair:
        """Find the common clips.

        Raises:
            UsageError: the two were scored against different references.
            DataError: they have fewer than two clips in common.
        """
        _require_same_references(first, second)
        clips = CommonClips.find(first.statistics.clip_ids, second.statistics.clip_ids)
        if len(clips.clip_ids) < 2:
            raise DataError(
                f"{first.name} and {second.name} have scores for {len(clips.clip_ids)} common "
                f"clips of {first.statistics.n_clips:,} and {second.statistics.n_clips:,}; "
                "expected two or more."
            )
        return RowPair(first, second, clips)

    def take(self, key: str) -> tuple[Sample, Sample]:
        """Take a metric's samples of both over the common clips."""
        one, other = samples_alike([self.first.statistics, self.second.statistics], key)
        return one.take(self.clips.rows[0]), other.take(self.clips.rows[1])

    def sort_metrics(self, keys: Sequence[str] | None) -> tuple[list[str], dict[str, str]]:
        """Choose the metrics that both can be held against each other by.

        Args:
            keys: those asked for; None means all that either has.

        Returns:
            Their keys, and for the others why not.

        Raises:
            DataError: there is none.
        """
        return sort_metrics([self.first, self.second], keys)


def sort_metrics(
    rows: Sequence[NamedRow], keys: Sequence[str] | None
) -> tuple[list[str], dict[str, str]]:
    """Choose the metrics that every row can be resampled by; see ``RowPair.sort_metrics``."""
    if keys is None:
        asked = {key for row in rows for key in row.metrics()}
        keys = [
            key for key in METRICS if key in asked and METRICS[key].higher_is_better is not None
        ]
    reasons = {key: next(filter(None, (row.why_absent(key) for row in rows)), None) for key in keys}
    absent = {key: reason for key, reason in reasons.items() if reason is not None}
    present = [key for key in keys if key not in absent]
    if not present:
        why = "; ".join(f"{METRICS[key].label}: {reason}" for key, reason in absent.items())
        raise DataError(
            f"no metric can be resampled in {' and '.join(row.name for row in rows)}. "
            f"{why or 'They have no scores.'}"
        )
    return present, absent


def _require_same_references(first: NamedRow, second: NamedRow) -> None:
    plans = [row.record.plan for row in (first, second)]
    if plans[0].label.portable != plans[1].label.portable:
        raise UsageError(
            f"{first.name} is of {first.dataset}, {second.name} of {second.dataset}; only rows of "
            "one data set can be compared."
        )
    if not plans[0].is_of_same_data(plans[1]):
        hashes = [plan.references_sha256[:12] for plan in plans]
        raise UsageError(
            f"{first.name} and {second.name} are of {first.dataset}, but of different references "
            f"({' and '.join(hashes)}); score both against the same ones."
        )
