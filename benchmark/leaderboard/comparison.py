"""Two systems on the clips that both captioned: which is better, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import stdev
from typing import Literal

from benchmark.errors import DataError, UsageError
from benchmark.files import JsonObject
from benchmark.leaderboard.clusters import AskedClusters, choose_clusters
from benchmark.leaderboard.ranking import FALLBACK, Ranking
from benchmark.leaderboard.rows import Row
from benchmark.metrics.catalogue import METRICS
from benchmark.runs.pairs import SystemPair, UnlikeParts, sort_pair
from benchmark.runs.record import SystemRecord
from benchmark.stats import LEVEL, N_TEST_DRAWS, PairedResult, compare_pairs, correct_holm
from benchmark.stats.deciding import draws_needed
from benchmark.stats.families import AllPairs, compare_all
from benchmark.stats.samples import Clusters, count_unlike
from benchmark.stats.seeds import SeedNoise

Verdict = Literal[
    "A better",
    "B better",
    "not distinguishable",
    "too few clips",
    "same on every clip",
    "not to be compared",
]

_COUNTED = ("clips",)  # the part of a signature that only counts the scored clips


@dataclass(frozen=True, slots=True)
class SwapTest:
    """What the test of one metric says.

    Attributes:
        p: two-sided, of approximate randomisation; of rows of several seeds their chance is in it.
        p_corrected: the same for the primary metric; of the others after Holm over all of them.
        low, high: 95 % interval of the difference that belongs to ``p``; None where the clips are
            too few for one, or where both are the same.
        detectable: the smallest true difference that would have been called with a power of
            80 %, after the correction; None where there is none.
    """

    p: float
    p_corrected: float
    low: float | None
    high: float | None
    detectable: float | None


@dataclass(frozen=True, slots=True)
class ComparedMetric:
    """One metric of A and B.

    Attributes:
        n_clips: the common clips that have its value in both.
        n_differing: those of them on which A and B are not the same.
        result: both values, and the paired bootstrap.
        tested: None where the two numbers do not mean the same thing.
        is_primary: it is tested alone, being what a table of the two would rank by.
        unlike: parts that one signature has and the other has not. Where there are any, the two
            numbers do not mean the same thing.
    """

    key: str
    n_clips: int
    n_differing: int
    result: PairedResult
    tested: SwapTest | None
    is_primary: bool
    unlike: UnlikeParts

    @property
    def is_one_thing(self) -> bool:
        return not any(self.unlike)

    @property
    def p_corrected(self) -> float | None:
        """What the verdict goes by."""
        return None if self.tested is None else self.tested.p_corrected

    @property
    def detectable(self) -> float | None:
        """The smallest true difference that would have been called with a power of 80 %."""
        return None if self.tested is None else self.tested.detectable

    @property
    def verdict(self) -> Verdict:
        """What ``p_corrected`` allows to say at a level of 95 %."""
        if self.tested is None:
            return "not to be compared"
        if not self.n_differing:
            return "same on every clip"
        if self.tested.p_corrected <= 1 - LEVEL:
            is_higher = self.result.difference > 0
            return "A better" if is_higher == METRICS[self.key].higher_is_better else "B better"
        return "too few clips" if self.tested.detectable is None else "not distinguishable"

    @property
    def figures(self) -> Mapping[str, float | str | None]:
        """What was measured, by name; without a test the two values alone."""
        told: dict[str, float | str | None] = {"n_clips": self.n_clips, **asdict(self.result)}
        told |= {"difference": self.result.difference, "p_corrected": self.p_corrected}
        if self.tested is None:
            told |= dict.fromkeys(told.keys() - {"n_clips", "first", "second"})
        else:
            low, high = self.tested.low, self.tested.high
            told |= {"low": low, "high": high, "p_randomisation": self.tested.p}
        return told | {
            "verdict": self.verdict,
            "detectable": self.detectable,
            "is_primary": self.is_primary,
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
        metrics: the primary one first, if there is one.
        absent: metrics that cannot be compared, with the reason.
    """

    pair: SystemPair
    n_clusters: int | None
    n_draws: int
    metrics: tuple[ComparedMetric, ...]
    absent: Mapping[str, str]

    @property
    def n_seeds(self) -> tuple[int, int]:
        """How many seeds A and B are means of."""
        first, second = map(count_seeds, self.pair.systems)
        return first, second

    @property
    def primary(self) -> ComparedMetric | None:
        """The metric that is tested alone."""
        return next((metric for metric in self.metrics if metric.is_primary), None)

    @property
    def n_others(self) -> int:
        """How many metrics are corrected together."""
        return sum(each.tested is not None and not each.is_primary for each in self.metrics)

    def to_json(self) -> JsonObject:
        return {
            "dataset": self.pair.first.plan.dataset,
            "a": _side(self.pair.first),
            "b": _side(self.pair.second),
            "n_common": self.pair.n_clips,
            "n_clusters": self.n_clusters,
            "n_draws": self.n_draws,
            "n_seeds": list(self.n_seeds),
            "primary": self.primary.key if self.primary else None,
            "metrics": {metric.key: metric.to_json() for metric in self.metrics},
            "absent": dict(self.absent),
        }


def compare_systems(
    pair: SystemPair,
    keys: Sequence[str] | None = None,
    *,
    primary: str | None = None,
    n_draws: int = N_TEST_DRAWS,
    clusters_file: AskedClusters = None,
) -> Comparison:
    """Compare two systems on the clips that both have scores for.

    The primary metric is tested at 5 % alone, as a table of the two rows would; all others are a
    family of their own (Holm). So the table and this never contradict each other.

    Args:
        pair: A and B.
        keys: metrics; None means all that were computed.
        primary: the metric to test alone; None is what a table of the two would rank by.
        n_draws: bootstrap draws and rounds of swaps.
        clusters_file: see ``AskedClusters``; clips of one cluster are drawn and swapped together.

    Raises:
        DataError: no metric can be compared, or the clusters do not fit.
        UsageError: so few draws can never call a difference, or the primary metric is not
            compared.
    """
    present, absent = sort_pair(pair, keys)
    plans = (each.plan for each in pair.systems)
    clusters = choose_clusters(clusters_file, plans, pair.clips.clip_ids)
    if clusters is not None and len(set(clusters)) < 2:
        source = clusters_file or pair.first.plan.dataset
        raise DataError(f"{source} puts all clips into one cluster; expected two or more.")
    unlike = {key: pair.unlike_parts(key, but=_COUNTED) for key in present}
    alike = [key for key in present if not any(unlike[key])]
    first = _choose_primary(pair, alike, primary)
    others = [key for key in alike if key != first]
    _require_draws(n_draws, max(len(others), 1))
    tested = _test(pair, first, others, n_draws, clusters)
    results = compare_pairs([pair.samples(key) for key in present], n_draws, clusters)
    metrics = [
        ComparedMetric(
            key,
            pair.n_valued(key),
            count_unlike(*pair.samples(key)),
            result,
            tested.get(key),
            key == first,
            unlike[key],
        )
        for key, result in zip(present, results, strict=True)
    ]
    metrics.sort(key=lambda metric: not metric.is_primary)
    n_clusters = None if clusters is None else len(set(clusters))
    return Comparison(pair, n_clusters, n_draws, tuple(metrics), absent)


def count_seeds(system: SystemRecord) -> int:
    """Count the seeds that a system's values are means of: 1 for a single run."""
    arrays = system.contributions.arrays.values()
    return 1 if system.planned.leave_one_out else max((len(array) for array in arrays), default=1)


def _choose_primary(pair: SystemPair, alike: Sequence[str], asked: str | None) -> str | None:
    if asked is not None and asked not in alike:
        raise UsageError(
            f"{METRICS[asked].label} cannot be tested of these two; expected one of "
            f"{', '.join(alike) or 'none'}."
        )
    if asked is not None or len(alike) == 1:
        return asked or alike[0]
    usual = Ranking.choose([Row.of(system) for system in pair.systems]).key
    return next((key for key in (usual, FALLBACK) if key in alike), None)


def _require_draws(n_draws: int, n_tests: int) -> None:
    if n_draws < (needed := draws_needed(n_tests)):
        raise UsageError(
            f"{n_draws:,} draws can never call a difference in any of {n_tests} metrics that are "
            f"corrected together: the smallest p-value is 1 in {n_draws + 1:,}. Expected "
            f"{needed:,} or more, or fewer metrics."
        )


def _test(
    pair: SystemPair,
    primary: str | None,
    others: Sequence[str],
    n_draws: int,
    clusters: Clusters | None,
) -> dict[str, SwapTest]:
    """Test the primary metric alone, then the others as one family."""

    def hold(key: str, n_tests: int = 1) -> AllPairs:
        level = 1 - (1 - LEVEL) / n_tests
        seeds = [_seed_noise(system, key) for system in pair.systems]
        return compare_all(
            pair.samples(key), level=level, n_draws=n_draws, clusters=clusters, seeds=seeds
        )

    alone = {key: hold(key) for key in [*others, *([primary] if primary else [])]}
    p_values = {key: float(pairs.p_values[0, 1]) for key, pairs in alone.items()}
    corrected = dict(zip(others, correct_holm([p_values[key] for key in others]), strict=True))
    n_called = sum(p <= 1 - LEVEL for p in corrected.values())
    tested = {}
    for key, pairs in alone.items():
        p = corrected.get(key, p_values[key])
        # What would have been the next that Holm's steps come to.
        n_left = len(others) - n_called if key in corrected and p > 1 - LEVEL else 1
        detectable = (hold(key, n_left) if n_left > 1 else pairs).detectable[0, 1]
        low, high = pairs.low[0, 1], pairs.high[0, 1]
        tested[key] = SwapTest(p_values[key], p, *map(_known, (low, high, detectable)))
    return tested


def _seed_noise(system: SystemRecord, key: str) -> SeedNoise | None:
    if count_seeds(system) == 1:
        return None
    values = system.contributions.fold_values(key)
    return SeedNoise(stdev(values), len(values))


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _side(system: SystemRecord) -> JsonObject:
    return {
        "name": system.title,
        "n_scored": system.contributions.n_clips,
        "flaws": list(system.sealed.flaws),
        "seal": system.integrity.state,
    }
