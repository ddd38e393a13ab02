"""Two systems on the clips that both captioned: which is better, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from benchmark.errors import DataError
from benchmark.files import JsonObject
from benchmark.leaderboard.clusters import read_clusters
from benchmark.metrics.catalogue import METRICS
from benchmark.runs.pairs import SystemPair, UnlikeParts, sort_pair
from benchmark.runs.record import SystemRecord
from benchmark.stats import (
    LEVEL,
    N_TEST_DRAWS,
    PairedResult,
    compare_pairs,
    correct_holm,
    resolvable_gap,
)

Verdict = Literal["A better", "B better", "not distinguishable"]

_COUNTED = ("clips",)  # the part of a signature that only counts the scored clips


@dataclass(frozen=True, slots=True)
class ComparedMetric:
    """One metric of A and B.

    Attributes:
        n_clips: the common clips that have its value in both.
        p_corrected: of approximate randomisation, by Holm over all metrics of the comparison.
        unlike: parts that one signature has and the other has not. Where there are any, the two
            numbers do not mean the same thing.
    """

    key: str
    n_clips: int
    result: PairedResult
    p_corrected: float
    unlike: UnlikeParts

    @property
    def is_one_thing(self) -> bool:
        return not any(self.unlike)

    @property
    def gap(self) -> float | None:
        """The smallest true difference that these clips would show with a power of 80 %."""
        return resolvable_gap(self.result.standard_error)

    @property
    def verdict(self) -> Verdict:
        """What ``p_corrected`` allows to say at a level of 95 %."""
        if self.p_corrected > 1 - LEVEL:
            return "not distinguishable"
        is_higher = self.result.difference > 0
        return "A better" if is_higher == METRICS[self.key].higher_is_better else "B better"

    @property
    def figures(self) -> Mapping[str, float | str | None]:
        """What was measured, by name."""
        return {
            "n_clips": self.n_clips,
            **asdict(self.result),
            "difference": self.result.difference,
            "p_corrected": self.p_corrected,
            "verdict": self.verdict,
            "resolvable_gap": self.gap,
        }

    def to_json(self) -> JsonObject:
        return {
            **self.figures,
            "only_in_signature_of_a": self.unlike.only_first,
            "only_in_signature_of_b": self.unlike.only_second,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two systems by several metrics; all figures are over the clips of ``pair``.

    Attributes:
        n_clusters: how many clusters the clips fall into; None where each stands alone.
        n_draws: bootstrap draws and rounds of swaps.
        absent: metrics that cannot be compared, with the reason.
    """

    pair: SystemPair
    n_clusters: int | None
    n_draws: int
    metrics: tuple[ComparedMetric, ...]
    absent: Mapping[str, str]

    def to_json(self) -> JsonObject:
        return {
            "dataset": self.pair.first.plan.dataset,
            "a": _side(self.pair.first),
            "b": _side(self.pair.second),
            "n_common": self.pair.n_clips,
            "n_clusters": self.n_clusters,
            "n_draws": self.n_draws,
            "metrics": {metric.key: metric.to_json() for metric in self.metrics},
            "absent": dict(self.absent),
        }


def compare_systems(
    pair: SystemPair,
    keys: Sequence[str] | None = None,
    *,
    n_draws: int = N_TEST_DRAWS,
    clusters_file: Path | None = None,
) -> Comparison:
    """Compare two systems on the clips that both have scores for.

    Args:
        pair: A and B.
        keys: metrics; None means all that were computed.
        n_draws: bootstrap draws and rounds of swaps.
        clusters_file: see ``read_clusters``; clips of one cluster are drawn and swapped together.

    Raises:
        DataError: no metric can be compared, or the clusters do not fit.
    """
    present, absent = sort_pair(pair, keys)
    clusters = None if clusters_file is None else read_clusters(clusters_file, pair.clips.clip_ids)
    if clusters is not None and len(set(clusters)) < 2:
        raise DataError(f"{clusters_file} puts all clips into one cluster; expected two or more.")
    results = compare_pairs([pair.samples(key) for key in present], n_draws, clusters)
    corrected = correct_holm([result.p_randomisation for result in results])
    return Comparison(
        pair,
        None if clusters is None else len(set(clusters)),
        n_draws,
        tuple(
            ComparedMetric(key, pair.n_valued(key), result, p, pair.unlike_parts(key, but=_COUNTED))
            for key, result, p in zip(present, results, corrected, strict=True)
        ),
        absent,
    )


def _side(system: SystemRecord) -> JsonObject:
    return {
        "name": system.title,
        "n_scored": system.contributions.n_clips,
        "flaws": list(system.sealed.flaws),
        "seal": system.integrity.state,
    }
