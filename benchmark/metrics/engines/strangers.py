"""Engines that installed plugins bring: loaded once a metric is named that nobody here knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmark.metrics.engines.installed import InstalledEngine, by_key


@dataclass(slots=True, eq=False)
class Strangers:
    """What was loaded.

    Attributes:
        engines: by the metrics that they compute.
        clashes: by metric, why nothing computes it though several do.
        broken: names of plugins that could not be used.
        switched_off: names of plugins that were not looked at.
    """

    engines: dict[str, InstalledEngine] = field(default_factory=dict)
    clashes: dict[str, str] = field(default_factory=dict)
    broken: Sequence[str] = ()
    switched_off: Sequence[str] = ()


_loaded: list[Strangers] = []


def loaded_strangers() -> Strangers | None:
    """Give what is loaded; None where nothing was asked for yet."""
    return _loaded[0] if _loaded else None


def find_strangers() -> Strangers:
    """Load what is installed."""
    if not _loaded:
        _loaded.append(Strangers(by_key([])))
    return _loaded[0]
