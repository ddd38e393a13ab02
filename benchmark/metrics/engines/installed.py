"""Which engines there are: the core's, and those of installed plugins, each with who brought it."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from benchmark.contract import CORE
from benchmark.contract.metrics import Engine, Metric
from benchmark.machine.distributions import version_of
from benchmark.plugins.core import CORE_PLUGINS


@dataclass(frozen=True, slots=True, eq=False)
class InstalledEngine:
    """An engine, and who brought it.

    Attributes:
        engine: as it is declared; its metrics know their group.
        plugin: name that switches it off.
        distribution: that brought it.
        version: of that.
        file: where it lies, if nobody installed it; empty for a distribution.
    """

    engine: Engine
    plugin: str
    distribution: str
    version: str
    file: str = ""

    @staticmethod
    def of(
        engine: Engine, plugin: str, distribution: str, version: str, file: str = ""
    ) -> InstalledEngine:
        """Note who brought an engine; metrics that name no group get its name for one."""
        metrics = tuple(
            dataclasses.replace(metric, group=metric.group or engine.name)
            for metric in engine.metrics
        )
        engine = dataclasses.replace(engine, metrics=metrics)
        return InstalledEngine(engine, plugin, distribution, version, file)

    @property
    def is_own(self) -> bool:
        """Whether it is the core's."""
        return self.distribution == CORE

    @property
    def brought_by(self) -> str:
        return f"{self.distribution} {self.version}"

    def metric(self, key: str) -> Metric:
        """Look up one of its metrics."""
        return next(metric for metric in self.engine.metrics if metric.key == key)


@cache
def list_core_engines() -> tuple[InstalledEngine, ...]:
    """List the core's engines, those that are switched off too: records name their metrics."""
    return tuple(_declared_by_core())


def by_key(engines: Iterable[InstalledEngine]) -> dict[str, InstalledEngine]:
    """Look engines up by the metrics that they compute."""
    return {metric.key: each for each in engines for metric in each.engine.metrics}


def _declared_by_core() -> Iterator[InstalledEngine]:
    version = version_of(CORE)
    for plugin, module in CORE_PLUGINS["metric"].items():
        for engine in importlib.import_module(module).bench_metrics():
            yield InstalledEngine.of(engine, plugin, CORE, version)
