"""Layers of a policy: what one file says, typed, and laid over what another says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmark.gate.policy_form import TomlTable, check_policy
from benchmark.machine.typed_json import read_as

Numbers = Mapping[str, float | bool]
"""Limits by key; ``False`` is no limit."""


@dataclass(frozen=True, slots=True)
class LimitLayer:
    """Limits of all systems, or of one.

    Attributes:
        coverage, latency, stages: limits by key.
        metrics: limits by metric, or ``"default"``, and key.
    """

    coverage: Numbers = field(default_factory=dict)
    latency: Numbers = field(default_factory=dict)
    stages: Numbers = field(default_factory=dict)
    metrics: Mapping[str, Numbers] = field(default_factory=dict)

    def over(self, below: LimitLayer) -> LimitLayer:
        """Lay these limits over others: what these do not mention holds as it stands there."""
        names = {**below.metrics, **self.metrics}
        return LimitLayer(
            coverage={**below.coverage, **self.coverage},
            latency={**below.latency, **self.latency},
            stages={**below.stages, **self.stages},
            metrics={
                name: {**below.metrics.get(name, {}), **self.metrics.get(name, {})}
                for name in names
            },
        )


NO_LIMITS = LimitLayer()


@dataclass(frozen=True, slots=True)
class DecidingLayer:
    """What a policy says of tests; None where it says nothing.

    Attributes:
        alpha: chance, over all checks that decide, to call noise a drop.
        primary: metrics of which the first that there is decides.
        strict: an inconclusive night has an exit code of its own.
    """

    alpha: float | None = None
    primary: tuple[str, ...] | None = None
    strict: bool | None = None

    def over(self, below: DecidingLayer) -> DecidingLayer:
        """Lay this over another: what is None here holds as it stands there."""
        return DecidingLayer(
            below.alpha if self.alpha is None else self.alpha,
            below.primary if self.primary is None else self.primary,
            below.strict if self.strict is None else self.strict,
        )


@dataclass(frozen=True, slots=True)
class PolicyLayer:
    """One policy file.

    Attributes:
        limits: of all systems.
        systems: those of one, by name.
        memory, history: numbers of the whole run, by key.
        tests: how is tested, and what decides.
        worst: how many clips are listed, and by which metric.
    """

    limits: LimitLayer = NO_LIMITS
    systems: Mapping[str, LimitLayer] = field(default_factory=dict)
    memory: Numbers = field(default_factory=dict)
    tests: DecidingLayer = DecidingLayer()
    history: Numbers = field(default_factory=dict)
    worst: Mapping[str, float | str] = field(default_factory=dict)

    @staticmethod
    def of(tables: TomlTable, source: str) -> PolicyLayer:
        """Type a policy's TOML.

        Raises:
            UsageError: it is no policy; the message says where, and what is expected.
        """
        check_policy(tables, source)
        return read_as(PolicyLayer, {**tables, "limits": tables}, source)

    def over(self, below: PolicyLayer) -> PolicyLayer:
        """Lay this policy over another, table by table."""
        names = {**below.systems, **self.systems}
        return PolicyLayer(
            limits=self.limits.over(below.limits),
            systems={name: self.limits_of(name).over(below.limits_of(name)) for name in names},
            memory={**below.memory, **self.memory},
            tests=self.tests.over(below.tests),
            history={**below.history, **self.history},
            worst={**below.worst, **self.worst},
        )

    def limits_of(self, system_name: str) -> LimitLayer:
        """Look up the limits that one system has of its own."""
        return self.systems.get(system_name, NO_LIMITS)
