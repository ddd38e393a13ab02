"""The kinds of things that plugins bring, each with the hook that asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from benchmark.contract import DatasetSpec, EncoderSpec, Engine, Lineup, SystemSpec
from benchmark.plugins import checks

Kind = Literal["system", "dataset", "encoder", "metric", "lineup"]
Record = SystemSpec | DatasetSpec | EncoderSpec[Any] | Engine | Lineup
"""What is declared of a thing."""


@dataclass(frozen=True, slots=True)
class PluginKind:
    """One kind of thing.

    Attributes:
        word: what one is called in messages.
        hook: that yields the records of them.
        record: what one is declared by.
        check: refuses a record that cannot be meant, with a PluginError.
        names: that a record claims.
    """

    word: str
    hook: str
    record: type
    check: Callable[[object], None]
    names: Callable[[Any], Iterable[str]] = lambda spec: (spec.name,)


KINDS: Mapping[Kind, PluginKind] = MappingProxyType(
    {
        "system": PluginKind("system", "bench_systems", SystemSpec, checks.check_system),
        "dataset": PluginKind("data set", "bench_datasets", DatasetSpec, checks.check_dataset),
        "encoder": PluginKind("encoder", "bench_encoders", EncoderSpec, checks.check_encoder),
        "metric": PluginKind(
            "metric",
            "bench_metrics",
            Engine,
            checks.check_engine,
            lambda engine: [metric.key for metric in engine.metrics],
        ),
        "lineup": PluginKind("line-up", "bench_lineups", Lineup, checks.check_lineup),
    }
)
