"""Whether comparisons of a system can be trusted: how often they err, how small a drop they see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from benchmark.errors import DataError
from benchmark.files import JsonObject
from benchmark.metrics.catalogue import METRICS
from benchmark.runs.pairs import SystemPair, sort_metrics, sort_pair
from benchmark.runs.record import SystemRecord
from benchmark.runs.seals import Integrity
from benchmark.stats import LEVEL, PairedResult, resolvable_gap
from benchmark.stats.power import (
    Drop,
    Pair,
    Rate,
    imitate_version,
    measure_power,
    simulate_results,
    size_drop,
)
from benchmark.stats.samples import over_shared

_SIZES = (0.125, 0.25, 0.5, 1, 2)
"""Numbers of clips to try, as multiples of those at hand."""


@dataclass(frozen=True, slots=True)
class PowerSettings:
    """What to simulate.

    Attributes:
        drop: the loss to look for, as a part of the metric's value.
        n_trials: simulated comparisons for each figure.
        changed_share: how unlike two versions of the system are, where no second row shows it:
            the share of clips whose results are another clip's.
    """

    drop: float = 0.02
    n_trials: int = 400
    changed_share: float = 0.3


@dataclass(frozen=True, slots=True)
class MetricPower:
    """One metric.

    Attributes:
        value: of the system, raw.
        by_swaps, by_bootstrap: how often approximate randomisation and the paired bootstrap call
            a difference between sides that have none.
        gap: the smallest true difference that the clips at hand show with a power of 80 %; None
            where the sides are the same.
        power: by number of clips how often the drop is called.
        why_no_power: why the drop cannot be simulated, else None.
    """

    key: str
    value: float
    by_swaps: Rate
    by_bootstrap: Rate
    gap: float | None
    power: Mapping[int, Rate]
    why_no_power: str | None = None

    def to_json(self) -> JsonObject:
        return {
            "value": self.value,
            "false_calls_by_swaps": _rate_json(self.by_swaps),
            "false_calls_by_bootstrap": _rate_json(self.by_bootstrap),
            "resolvable_gap": self.gap,
            "power": {str(n_clips): _rate_json(rate) for n_clips, rate in self.power.items()},
            "why_no_power": self.why_no_power,
        }


@dataclass(frozen=True, slots=True)
class PowerReport:
    """Simulated comparisons of one row.

    Attributes:
        against: the row whose differences from ``row`` stand for those of two versions; None
            where a version was imitated.
        n_clips: clips at hand.
        sizes: numbers of clips that the drop was looked for on.
        absent: metrics that cannot be resampled, with the reason.
    """

    row: SystemRecord
    against: SystemRecord | None
    settings: PowerSettings
    n_clips: int
    sizes: tuple[int, ...]
    metrics: tuple[MetricPower, ...]
    absent: Mapping[str, str]

    @property
    def integrity(self) -> Integrity:
        """Whether the rows' runs are what was sealed."""
        rows = [self.row, *([] if self.against is None else [self.against])]
        return Integrity.of_all(row.integrity for row in rows)

    def to_json(self) -> JsonObject:
        return {
            "dataset": self.row.plan.dataset,
            "row": self.row.title,
            "against": None if self.against is None else self.against.title,
            "seal": self.integrity.state,
            "settings": asdict(self.settings),
            "n_clips": self.n_clips,
            "metrics": {metric.key: metric.to_json() for metric in self.metrics},
            "absent": dict(self.absent),
        }


def study_power(
    row: SystemRecord,
    against: SystemRecord | None,
    keys: Sequence[str] | None,
    settings: PowerSettings,
) -> PowerReport:
    """Simulate comparisons of a system with itself, and with itself after a drop.

    Args:
        row: the system.
        against: another row, such as a second seed; None imitates a version of the system.
        keys: metrics; None means all that were computed.
        settings: what to simulate.

    Raises:
        UsageError: the rows were scored against different references.
        DataError: there is no metric to resample, or there are fewer than two common clips.
    """
    both = None if against is None else SystemPair.match(row, against)
    present, absent = sort_metrics([row], keys) if both is None else sort_pair(both, keys)
    pairs = _pairs(row, both, present, settings.changed_share)
    n_clips = pairs[present[0]][0].n_clips
    sizes = tuple(dict.fromkeys(max(2, round(times * n_clips)) for times in _SIZES))
    trials = simulate_results(list(pairs.values()), n_clips, settings.n_trials)
    drops, reasons = _drops(pairs, settings.drop)
    power = {
        size: dict(zip(drops, _power(pairs, drops, size, settings.n_trials), strict=True))
        for size in sizes
    }
    metrics = tuple(
        _metric(
            key,
            row.contributions.sample(key).value,
            results,
            {size: rates[key] for size, rates in power.items() if key in rates},
            reasons.get(key),
        )
        for key, results in zip(present, zip(*trials, strict=True), strict=True)
    )
    return PowerReport(row, against, settings, n_clips, sizes, metrics, absent)


def _pairs(
    row: SystemRecord, both: SystemPair | None, keys: Sequence[str], changed_share: float
) -> dict[str, Pair]:
    if both is not None:
        return {key: both.samples(key) for key in keys}
    if row.contributions.n_clips < 2:
        raise DataError(
            f"{row.title} has scores for {row.contributions.n_clips} clips; expected two or more."
        )
    own = [row.contributions.sample(key) for key in keys]
    versions = imitate_version(own, changed_share)
    pairs = [over_shared(*pair) for pair in zip(own, versions, strict=True)]
    return dict(zip(keys, pairs, strict=True))


def _drops(pairs: Mapping[str, Pair], drop: float) -> tuple[dict[str, Drop], dict[str, str]]:
    drops: dict[str, Drop] = {}
    reasons: dict[str, str] = {}
    for key, pair in pairs.items():
        try:
            drops[key] = size_drop(pair, drop, METRICS[key].higher_is_better is True)
        except ValueError as error:
            reasons[key] = str(error)
    return drops, reasons


def _power(
    pairs: Mapping[str, Pair], drops: Mapping[str, Drop], n_clips: int, n_trials: int
) -> list[Rate]:
    if not drops:
        return []
    return measure_power([pairs[key] for key in drops], list(drops.values()), n_clips, n_trials)


def _metric(
    key: str,
    value: float,
    results: Sequence[PairedResult],
    power: Mapping[int, Rate],
    why_no_power: str | None,
) -> MetricPower:
    called = [
        sum(p <= 1 - LEVEL for p in p_values)
        for p_values in (
            [result.p_randomisation for result in results],
            [result.p_bootstrap for result in results],
        )
    ]
    by_swaps, by_bootstrap = (Rate(n_called, len(results)) for n_called in called)
    spread = float(np.std([result.difference for result in results]))
    gap = resolvable_gap(spread)
    return MetricPower(key, value, by_swaps, by_bootstrap, gap, power, why_no_power)


def _rate_json(rate: Rate) -> JsonObject:
    return {"value": rate.value, "error": rate.error, "n_trials": rate.n_trials}
