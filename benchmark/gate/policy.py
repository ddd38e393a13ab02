"""What a night is held to: limits by metric, latency, memory and coverage, for every system.

A policy is TOML. It lies over the built-in one, its ``[metrics.KEY]`` lie over its
``[metrics.default]``, and each table of its ``[systems.NAME]`` over the table of the same name:
whatever a layer does not mention holds as the layer below has it, and ``false`` switches a limit
off.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from benchmark.errors import UnknownNameError, UsageError
from benchmark.gate.policy_form import DEFAULT_RULE, check_policy


@dataclass(frozen=True, slots=True)
class MetricRule:
    """Limits of one metric; None is no limit.

    Attributes:
        min: least corpus value, of a metric that is better when higher.
        max: greatest corpus value, of a metric that is better when lower.
        max_drop: how much worse than the baseline, as a share of the baseline's value.
        margin: how much worse than the baseline at most, in the metric's own units: the run must
            be shown to be no worse than that (non-inferiority).
    """

    min: float | None = None
    max: float | None = None
    max_drop: float | None = None
    margin: float | None = None

    @property
    def needs_value(self) -> bool:
        """Whether a run must have the metric even where the baseline does not."""
        return self.min is not None or self.max is not None

    @property
    def needs_baseline(self) -> bool:
        """Whether a run's value is held against the baseline's."""
        return self.max_drop is not None or self.margin is not None


@dataclass(frozen=True, slots=True)
class CoverageRule:
    """Limits of what was captioned, as shares of the expected clips; None is no limit."""

    min_captioned: float | None = None
    max_failed: float | None = None
    max_empty_rise: float | None = None


@dataclass(frozen=True, slots=True)
class RatioRule:
    """A limit of run over baseline; None is no limit. Less than ``floor`` counts as ``floor``."""

    max_ratio: float | None = None
    floor: float = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """All that one system is held to."""

    coverage: CoverageRule
    latency: RatioRule
    stages: RatioRule
    metrics: Mapping[str, Mapping[str, Any]]

    @property
    def needs_calls(self) -> bool:
        """Whether a run must have timed calls where the baseline has."""
        return self.latency.max_ratio is not None or self.stages.max_ratio is not None

    def metric(self, key: str) -> MetricRule:
        """The rule of one metric: its own laid over the default."""
        default, own = self.metrics.get(DEFAULT_RULE, {}), self.metrics.get(key, {})
        return MetricRule(**_without_switched_off({**default, **own}))


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy.

    Attributes:
        source: the file, or ``"built in"``.
        alpha: chance, over all quality checks together, to call noise a drop.
        memory: limit of the whole run, whose systems share one process.
        n_worst_clips: how many clips to list whose score fell most.
        worst_metric: by which score.
        n_history_runs: latest runs in which steps are looked for.
        tables: the merged TOML, from which ``limits`` are taken.
    """

    source: str
    alpha: float
    memory: RatioRule
    n_worst_clips: int
    worst_metric: str
    n_history_runs: int
    tables: Mapping[str, Any] = field(repr=False)

    def limits(self, system: str) -> Limits:
        """What one system is held to."""
        tables = _lay_over(self.tables, self.tables.get("systems", {}).get(system, {}))
        return Limits(
            coverage=CoverageRule(**_without_switched_off(tables["coverage"])),
            latency=_ratio(tables["latency"]),
            stages=_ratio(tables["stages"]),
            metrics=tables["metrics"],
        )

    def refuse_strangers(self, known: Iterable[str]) -> None:
        """Refuse rules for systems that neither run nor baseline has: they would never hold.

        Raises:
            UnknownNameError: the policy names such a system.
        """
        names = list(known)
        for name in self.tables.get("systems", {}):
            if name not in names:
                raise UnknownNameError(f"system of run or baseline ({self.source})", name, names)


def read_policy(path: Path | None) -> Policy:
    """Read a policy over the built-in one, or the built-in one alone.

    Raises:
        UsageError: the file cannot be read, is no TOML, or has an unknown key or a value of the
            wrong type or range.
    """
    tables, source = _built_in(), "built in"
    if path is not None:
        source = str(path)
        given = _parse(_read_text(path), source)
        check_policy(given, source)
        tables = _lay_over(tables, given)
    return Policy(
        source=source,
        alpha=tables["tests"]["alpha"],
        memory=_ratio(tables["memory"]),
        n_worst_clips=tables["worst"]["n_clips"],
        worst_metric=tables["worst"]["metric"],
        n_history_runs=tables["history"]["n_runs"],
        tables=tables,
    )


@functools.cache
def _built_in() -> dict[str, Any]:
    file = resources.files("benchmark.gate") / "default_policy.toml"
    tables = _parse(file.read_text(encoding="utf-8"), "built in")
    check_policy(tables, "built in")
    return tables


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the policy {path}: {error}") from error


def _parse(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{source}: not TOML: {error}.") from error


def _lay_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay tables over tables, table by table."""
    merged = dict(below)
    for key, value in above.items():
        is_table = isinstance(value, dict)
        merged[key] = _lay_over(below.get(key, {}), value) if is_table else value
    return merged


def _ratio(table: Mapping[str, Any]) -> RatioRule:
    limits = _without_switched_off(table)
    floor = limits.get("floor_s", limits.get("floor_mib", 0.0))
    return RatioRule(limits.get("max_ratio"), floor)


def _without_switched_off(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value is not False}
