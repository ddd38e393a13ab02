"""SPICE, its parts, and SPIDEr as engines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from benchmark.contract.metrics import Engine, Metric, MetricResources, MetricTask, MetricValues
from benchmark.plugins.hookspecs import hookimpl

if TYPE_CHECKING:
    from benchmark.metrics.corpus import TokenisedTask

BENCH_API = 2
_PARTS = (
    *("precision", "recall"),
    *("object", "attribute", "relation", "cardinality", "color", "size"),
)


@hookimpl
def bench_metrics() -> Iterator[Engine]:
    """Declare the engines."""
    parts = (
        Metric(f"spice.{part}", f"SPICE {part}", is_extra=True, place=31 + at)
        for at, part in enumerate(_PARTS)
    )
    spice = Metric("spice", "SPICE", place=30)
    yield Engine("spice", (spice, *parts), _score, reads="corpus")
    spider = Metric("spider", "SPIDEr", bounds=(0.0, 5.5), group="spice", place=42)
    yield Engine("spider", (spider,), _average, reads="tokens", builds_on=("cider_d", "spice"))


def _score(
    items: Sequence[TokenisedTask], resources: MetricResources
) -> list[dict[str, MetricValues]]:
    from benchmark.metrics.spice.limits import SpiceLimits
    from benchmark.metrics.spice.metric import score_spice_metrics

    limits = SpiceLimits(resources.models.spice_max_words)
    return score_spice_metrics(items, resources.wanted, limits)


def _average(tasks: Sequence[MetricTask], _: MetricResources) -> list[MetricValues]:
    values = []
    for task in tasks:
        cider_d, spice = task.built_on.values()
        values.append(MetricValues((cider_d + spice) / 2))
    return values
