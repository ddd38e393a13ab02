"""How far the systems of a command are kept apart, and what some of them require."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from benchmark.errors import UsageError, listed
from benchmark.machine.isolation import Isolation
from benchmark.runs.isolation.environments import requirements_of
from benchmark.runs.plan import Plan
from benchmark.systems.registry import Registry, called_in


@dataclass(frozen=True, slots=True)
class Apart:
    """What a command was asked for.

    Attributes:
        isolation: where systems run. With ``env`` each gets what its distribution requires.
        environments: by system, options included, requirements to install for it instead.
    """

    isolation: Isolation = "none"
    environments: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            UsageError: an environment is no part of this process.
        """
        if self.environments and self.isolation == "none":
            raise UsageError(
                "--env gives a system a process of its own, --isolation none does not."
            )

    def requirements_of(self, system_name: str, distribution: str) -> tuple[str, ...] | None:
        """Tell what to install for a system; None: nothing, it runs where the bench does.

        Args:
            system_name: as ``environments`` spells it.
            distribution: that brought it.
        """
        if system_name in self.environments:
            return self.environments[system_name]
        return requirements_of(distribution) if self.isolation == "env" else None

    def spelt_by(self, registry: Registry, systems: Sequence[str] = ()) -> Apart:
        """Spell the names of systems as plans do.

        Args:
            registry: what is installed.
            systems: as a user writes them, with what their rows are called.

        Raises:
            UnknownNameError: there is no such system.
        """
        called = {*map(called_in, systems)}
        named = {
            text if text in called else registry.system(text).name: lines
            for text, lines in self.environments.items()
        }
        return dataclasses.replace(self, environments=named)

    def planned(self, plan: Plan) -> Plan:
        """Note in a plan what is to be installed for its systems.

        Raises:
            UsageError: something is for a system that the plan lacks.
        """
        names = [planned.name for planned in plan.systems]
        if others := sorted(self.environments.keys() - names):
            raise UsageError(f"--env names {listed(others)}; the run has {listed(names)}.")
        systems = tuple(
            dataclasses.replace(
                planned, requirements=self.requirements_of(planned.name, planned.distribution)
            )
            for planned in plan.systems
        )
        return dataclasses.replace(plan, systems=systems)


TOGETHER = Apart()
"""All in this process, which functions do by default; the commands do otherwise."""
IN_PROCESSES = Apart("process")
"""Each in a process of its own, and nothing installed for it."""
