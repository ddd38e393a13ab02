"""Two systems compared on the clips that both were scored on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from benchmark.errors import DataError, UsageError
from benchmark.metrics.catalogue import METRICS
from benchmark.metrics.contributions import CommonClips, samples_alike
from benchmark.runs.record import SystemRecord
from benchmark.stats.samples import Sample, over_shared


class UnlikeParts(NamedTuple):
    """Parts of two signatures that stand in one of them only, as they are spelt."""

    only_first: tuple[str, ...]
    only_second: tuple[str, ...]


class SortedMetrics(NamedTuple):
    """Keys of metrics that can be resampled, and for the others why not."""

    present: list[str]
    absent: dict[str, str]


@dataclass(frozen=True, slots=True)
class SystemPair:
    """Two systems, of one run or of two.

    Attributes:
        first: A of a comparison; the baseline's of a gate.
        second: B; the run's.
        clips: those that both were scored on, and where they stand in each's contributions.
    """

    first: SystemRecord
    second: SystemRecord
    clips: CommonClips

    @staticmethod
    def of(first: SystemRecord, second: SystemRecord) -> SystemPair:
        """Find the common clips, which may be none."""
        ids = (first.contributions.clip_ids, second.contributions.clip_ids)
        return SystemPair(first, second, CommonClips.find(*ids))

    @staticmethod
    def match(first: SystemRecord, second: SystemRecord) -> SystemPair:
        """Pair systems that are to be compared.

        Raises:
            UsageError: the two were scored against different references.
            DataError: they have fewer than two clips in common.
        """
        _require_same_references(first, second)
        pair = SystemPair.of(first, second)
        if pair.n_clips < 2:
            n_clips = [system.contributions.n_clips for system in (first, second)]
            raise DataError(
                f"{first.title} and {second.title} have scores for {pair.n_clips} common clips of "
                f"{n_clips[0]:,} and {n_clips[1]:,}; expected two or more."
            )
        return pair

    @property
    def systems(self) -> tuple[SystemRecord, SystemRecord]:
        """Both, the first first."""
        return self.first, self.second

    @property
    def n_clips(self) -> int:
        return len(self.clips.clip_ids)

    def samples(self, key: str) -> tuple[Sample, Sample]:
        """Take a metric's samples of both over the common clips, empty where one has no value."""
        systems = (self.first, self.second)
        one, other = samples_alike([system.contributions for system in systems], key)
        return over_shared(one.take(self.clips.rows[0]), other.take(self.clips.rows[1]))

    def n_valued(self, key: str) -> int:
        """Count the common clips that have a metric's value in both."""
        return int(self.samples(key)[0].is_valued.sum())

    def why_too_few(self, key: str) -> str | None:
        """Say why a metric of both cannot be tested; None where two clips or more have it."""
        n_valued = self.n_valued(key)
        if n_valued > 1:
            return None
        return (
            f"of {self.n_clips:,} common clips {n_valued:,} have it in both; expected two or more"
        )

    def unlike_parts(self, key: str, but: Sequence[str]) -> UnlikeParts:
        """Tell in what two values of a metric were made differently.

        Args:
            key: the metric.
            but: names of parts that may differ.
        """
        first, second = (
            system.signature(key).without(*but) for system in (self.first, self.second)
        )
        return UnlikeParts(first.beyond(second), second.beyond(first))


def sort_metrics(systems: Sequence[SystemRecord], keys: Sequence[str] | None) -> SortedMetrics:
    """Choose the metrics by which every system can be resampled.

    Args:
        systems: to be held against each other.
        keys: metrics that were asked for; None means all that any of them has.

    Raises:
        DataError: there is none.
    """
    if keys is None:
        asked = {key for system in systems for key in system.scores.metrics}
        keys = [
            key for key in METRICS if key in asked and METRICS[key].higher_is_better is not None
        ]
    reasons = {
        key: next(filter(None, (system.why_not_resampled(key) for system in systems)), None)
        for key in keys
    }
    return _sort(systems, reasons)


def sort_pair(pair: SystemPair, keys: Sequence[str] | None) -> SortedMetrics:
    """Choose the metrics by which two systems can be tested on the clips that both have.

    Raises:
        DataError: there is none.
    """
    present, absent = sort_metrics([pair.first, pair.second], keys)
    too_few = {key: pair.why_too_few(key) for key in present}
    return _sort([pair.first, pair.second], {**absent, **too_few})


def _sort(systems: Sequence[SystemRecord], reasons: Mapping[str, str | None]) -> SortedMetrics:
    absent = {key: reason for key, reason in reasons.items() if reason is not None}
    present = [key for key in reasons if key not in absent]
    if not present:
        why = "; ".join(f"{METRICS[key].label}: {reason}" for key, reason in absent.items())
        raise DataError(
            f"no metric can be resampled in {' and '.join(system.title for system in systems)}. "
            f"{why or 'They have no scores.'}"
        )
    return SortedMetrics(present, absent)


def _require_same_references(first: SystemRecord, second: SystemRecord) -> None:
    one, other = first.plan, second.plan
    if one.label.portable != other.label.portable:
        raise UsageError(
            f"{first.title} is of {one.dataset}, {second.title} of {other.dataset}; only rows of "
            "one data set can be compared."
        )
    if not one.is_of_same_data(other):
        hashes = [plan.references_sha256[:12] for plan in (one, other)]
        raise UsageError(
            f"{first.title} and {second.title} are of {one.dataset}, but of different references "
            f"({' and '.join(hashes)}); score both against the same ones."
        )
