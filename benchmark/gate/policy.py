"""Say what a night must keep: limits by metric, latency, memory and coverage, for every system.

A policy is TOML. It lies over the built-in one, its ``[metrics.KEY]`` lie over its
``[metrics.default]``, and each table of its ``[systems.NAME]`` over the table of the same name:
whatever a layer does not mention holds as the layer below has it, and ``false`` switches a limit
off.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from benchmark.errors import UnknownNameError, UsageError
from benchmark.files import read_regular
from benchmark.gate.policy_form import DEFAULT_RULE
from benchmark.gate.policy_layers import LimitLayer, Numbers, PolicyLayer


@dataclass(frozen=True, slots=True)
class MetricRule:
    """Limits of one metric; None is no limit.

    Attributes:
        min: least corpus value, of a metric that is better when higher.
        max: greatest corpus value, of a metric that is better when lower.
        max_drop: how much worse than the baseline, as a share of the baseline's value.
        max_loss: how much worse than the baseline, in the metric's own units.
        margin: how much worse than the baseline at most, in the metric's own units: the run must
            be shown to be no worse than that (non-inferiority).
        decides: a drop or loss beyond its limit fails the night, whatever the primary metric is;
            else people are warned of it.
    """

    min: float | None = None
    max: float | None = None
    max_drop: float | None = None
    max_loss: float | None = None
    margin: float | None = None
    decides: bool = False

    @property
    def needs_value(self) -> bool:
        """Tell whether a run must have the metric even where the baseline does not."""
        return self.min is not None or self.max is not None

    @property
    def needs_baseline(self) -> bool:
        """Tell whether a run's value is compared with the baseline's."""
        limits = (self.max_drop, self.max_loss, self.margin)
        return any(limit is not None for limit in limits)


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
    """All that one system must keep.

    Attributes:
        coverage: of its captions.
        latency: of whole calls.
        stages: of every stage of them.
        layer: the same as a policy spells it, from which the rules of metrics are taken.
    """

    coverage: CoverageRule
    latency: RatioRule
    stages: RatioRule
    layer: LimitLayer = field(repr=False)

    @property
    def needs_calls(self) -> bool:
        """Tell whether a run must have timed calls where the baseline has."""
        return self.latency.max_ratio is not None or self.stages.max_ratio is not None

    def metric(self, key: str) -> MetricRule:
        """Make the rule of one metric: its own laid over the default."""
        rules = self.layer.metrics
        default, own = rules.get(DEFAULT_RULE, {}), rules.get(key, {})
        limits = _without_switched_off({**default, **own})
        decides = bool(limits.pop("decides", False))
        return MetricRule(**limits, decides=decides)


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy.

    Attributes:
        source: the file, or ``"built in"``.
        alpha: chance, over all quality checks that decide, to call noise a drop.
        primary: metrics of which the first that baseline and run have decides for a system.
        is_strict: an inconclusive night has an exit code of its own.
        memory: limit of the whole run, whose systems share one process.
        n_worst_clips: how many clips to list whose score fell most.
        worst_metric: by which score.
        n_history_runs: latest runs in which steps are looked for.
        layer: the whole of it, from which the limits of a system are taken.
    """

    source: str
    alpha: float
    primary: tuple[str, ...]
    is_strict: bool
    memory: RatioRule
    n_worst_clips: int
    worst_metric: str
    n_history_runs: int
    layer: PolicyLayer = field(repr=False)

    def limits(self, system_name: str) -> Limits:
        """Gather what one system must keep."""
        layer = self.layer.limits_of(system_name).over(self.layer.limits)
        return Limits(
            coverage=CoverageRule(**_without_switched_off(layer.coverage)),
            latency=_ratio(layer.latency),
            stages=_ratio(layer.stages),
            layer=layer,
        )

    def refuse_strangers(self, known: Iterable[str]) -> None:
        """Refuse rules for systems that neither run nor baseline has: they would never hold.

        Raises:
            UnknownNameError: the policy names such a system.
        """
        names = list(known)
        for name in self.layer.systems:
            if name not in names:
                raise UnknownNameError(f"system of run or baseline ({self.source})", name, names)


def read_policy(path: Path | None) -> Policy:
    """Read a policy over the built-in one, or the built-in one alone.

    Raises:
        UsageError: the file cannot be read, is no TOML, or has an unknown key or a value of the
            wrong type or range.
    """
    layer, source = _built_in(), "built in"
    if path is not None:
        source = str(path)
        layer = _parse(_read_text(path), source).over(layer)
    return Policy(
        source=source,
        alpha=layer.tests.alpha or 0.0,
        primary=layer.tests.primary or (),
        is_strict=bool(layer.tests.strict),
        memory=_ratio(layer.memory),
        n_worst_clips=int(layer.worst["n_clips"]),
        worst_metric=str(layer.worst["metric"]),
        n_history_runs=int(layer.history["n_runs"]),
        layer=layer,
    )


@functools.cache
def _built_in() -> PolicyLayer:
    file = resources.files("benchmark.gate") / "default_policy.toml"
    return _parse(file.read_text(encoding="utf-8"), "built in")


def _read_text(path: Path) -> str:
    try:
        return read_regular(path).decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot read the policy {path}: {reason}") from error


def _parse(text: str, source: str) -> PolicyLayer:
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers without end; brackets without end
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise UsageError(f"{source}: not TOML: {reason}.") from error
    return PolicyLayer.of(tables, source)


def _ratio(table: Numbers) -> RatioRule:
    limits = _without_switched_off(table)
    floor = limits.get("floor_s", limits.get("floor_mib", 0.0))
    return RatioRule(limits.get("max_ratio"), floor)


def _without_switched_off(table: Numbers) -> dict[str, float]:
    return {key: value for key, value in table.items() if value is not False}
