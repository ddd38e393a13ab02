"""Engines that plugins bring: loaded once a metric is named that nobody here knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmark.contract import CORE
from benchmark.metrics.engines.installed import InstalledEngine
from benchmark.plugins.loading import Installed, installed, is_loaded


@dataclass(frozen=True, slots=True, eq=False)
class Strangers:
    """What was loaded.

    Attributes:
        engines: by the metrics that they compute.
        clashes: by metric, why nothing computes it though several say that they do.
        broken: names of plugins that could not be used.
        switched_off: names of plugins that were not looked at.
    """

    engines: Mapping[str, InstalledEngine]
    clashes: Mapping[str, str]
    broken: Sequence[str]
    switched_off: Sequence[str]


_seen: list[tuple[Installed, Strangers]] = []


def loaded_strangers() -> Strangers | None:
    """Give what is loaded; None where nothing was asked for yet."""
    return find_strangers() if is_loaded() else None


def find_strangers() -> Strangers:
    """Load what is installed, once."""
    found = installed()
    if not _seen or _seen[0][0] is not found:
        _seen[:] = [(found, _gather(found))]
    return _seen[0][1]


def _gather(found: Installed) -> Strangers:
    clashes = found.clashes("metric")
    known: dict[int, InstalledEngine] = {}
    engines: dict[str, InstalledEngine] = {}
    for key, claims in found.claims("metric").items():
        spec, provenance = claims[0]
        if key in clashes or provenance.distribution == CORE:
            continue
        if id(spec) not in known:
            known[id(spec)] = InstalledEngine.of(
                spec,
                provenance.module,
                provenance.distribution,
                provenance.version,
                provenance.file,
            )
        engines[key] = known[id(spec)]
    broken = [plugin.entry_point for plugin in found.broken]
    return Strangers(engines, clashes, broken, tuple(found.switched_off))
