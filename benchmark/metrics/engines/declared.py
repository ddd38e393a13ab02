"""What a record says of the metrics that plugins brought, so that it is read without them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from benchmark.contract.metrics import Aggregation, Metric
from benchmark.metrics.engines.installed import InstalledEngine
from benchmark.plugins.provenance import FILE_VERSION


@dataclass(frozen=True, slots=True)
class DeclaredMetric:
    """A plugin's metric as files hold it.

    Attributes:
        label, higher_is_better, aggregation, group, in_percent, in_table, has_clip_values,
            statistics, place: as ``Metric`` has them.
        low, high: its bounds; None for none.
        distribution: what brought it.
        version: of that.
        file: the Python file that brought it when the run began; None for a distribution.
    """

    label: str
    higher_is_better: bool | None
    low: float | None
    high: float | None
    aggregation: Aggregation
    group: str
    distribution: str
    version: str
    in_percent: bool = True
    in_table: bool = True
    has_clip_values: bool = True
    statistics: str = ""
    place: int = 1_000
    file: str | None = None

    @staticmethod
    def of(each: InstalledEngine, key: str) -> DeclaredMetric:
        """Describe a metric of an engine."""
        metric = each.metric(key)
        low, high = (bound if math.isfinite(bound) else None for bound in metric.bounds)
        return DeclaredMetric(
            metric.label,
            metric.higher_is_better,
            low,
            high,
            metric.aggregation,
            metric.group,
            each.distribution,
            each.version,
            metric.in_percent,
            metric.in_table,
            metric.has_clip_values,
            metric.statistics,
            metric.place,
            each.file or None,
        )

    @property
    def brought_by(self) -> str:
        return f"{self.distribution} {self.version}"

    @property
    def is_file(self) -> bool:
        """Whether a file brought it that nobody installed."""
        return self.version.startswith(f"{FILE_VERSION} ")

    @property
    def how_to_get(self) -> str:
        """Spell the command that has it here."""
        how = "bench --plugin" if self.is_file else "pip install"
        return f"{how} {self.distribution}"

    def metric(self, key: str) -> Metric:
        """Make the metric of it."""
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return Metric(
            key,
            self.label,
            self.higher_is_better,
            (low, high),
            self.aggregation,
            self.group,
            self.in_percent,
            self.in_table,
            is_extra=True,
            has_clip_values=self.has_clip_values,
            statistics=self.statistics,
            place=self.place,
        )


def why_unlike(one: Metric, other: Metric) -> str | None:
    """Say in what two descriptions of a metric mean other things; None where they mean one."""
    spelt = {
        "higher_is_better": (one.higher_is_better, other.higher_is_better),
        "bounds": (one.bounds, other.bounds),
        "aggregation": (one.aggregation, other.aggregation),
        "statistics": (one.kept_as, other.kept_as),
    }
    unlike = [
        f"{name} {first!r} and {second!r}"
        for name, (first, second) in spelt.items()
        if first != second
    ]
    return "; ".join(unlike) or None
