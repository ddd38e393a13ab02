"""What engines cannot do without, looked for before any work and again before theirs."""

from __future__ import annotations

from collections.abc import Iterable

from benchmark.contract.metrics import MetricModels, MetricResources, Part
from benchmark.errors import BenchError, describe
from benchmark.metrics.engines.hosting import hosting
from benchmark.metrics.engines.installed import InstalledEngine


def require_needs(each: InstalledEngine, resources: MetricResources) -> tuple[Part, ...]:
    """Look for all that an engine needs, and bring what is elsewhere.

    Returns:
        What revisions it is of, for signatures.

    Raises:
        BenchError: something is not here; says what to do.
    """
    revisions = []
    for need in each.engine.needs(resources) if each.engine.needs else ():
        revision = need.look()
        if need.fetch is not None:
            need.fetch()
        if need.name and revision is not None:
            revisions.append((need.name, revision))
    return tuple(revisions)


def list_lacks(engines: Iterable[InstalledEngine], models: MetricModels) -> list[str]:
    """Say which metrics will have no value, and why, as far as their engines say what they need."""
    lacks = []
    for each in engines:
        if each.engine.needs is None:
            continue
        wanted = frozenset(metric.key for metric in each.engine.metrics)
        try:
            with hosting(each):
                for need in each.engine.needs(MetricResources(wanted, models)):
                    need.look()
        except Exception as error:  # a stranger's
            why = str(error) if isinstance(error, BenchError) else describe(error)
            labels = ", ".join(metric.label for metric in each.engine.metrics)
            lacks.append(f"{labels} ({each.brought_by}): {why}")
    return lacks
