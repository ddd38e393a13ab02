"""A run beside the baseline that it is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from benchmark.errors import UsageError
from benchmark.metrics.contributions import Contributions
from benchmark.runs.pairs import SystemPair
from benchmark.runs.record import RunRecord, SystemRecord


@dataclass(frozen=True)
class HeldRun:
    """A run, and the accepted one that it is compared with: a night."""

    run: RunRecord
    baseline: RunRecord

    @property
    def scored(self) -> list[SystemRecord]:
        """List the systems of the run with a scored clip, in its order."""
        return [system for system in self.run.systems.values() if system.scores.n_scored]

    @property
    def gone(self) -> list[str]:
        """Name the systems that the baseline has and the run has not."""
        return [name for name in self.baseline.systems if name not in self.run.systems]

    @property
    def new(self) -> list[str]:
        """Name the systems that the run has and the baseline has not."""
        return [name for name in self.run.systems if name not in self.baseline.systems]

    @cached_property
    def pairs(self) -> Mapping[str, SystemPair]:
        """Pair the systems of both by name, the baseline's first."""
        return {
            name: SystemPair.of(self.baseline.systems[name], system)
            for name, system in self.run.systems.items()
            if name in self.baseline.systems
        }

    def contributions_of(self, name: str) -> list[Contributions]:
        """Read a system's statistics of all accepted nights, those of the baseline's run first.

        Raises:
            RunError: the file holds no statistics of a night.
        """
        first = self.baseline.systems[name].contributions
        kept = self.baseline.acceptance.nights if self.baseline.acceptance else ()
        path = self.baseline.path
        return [first, *(night.contributions_of(name, first, path) for night in kept)]

    @cached_property
    def other_machine(self) -> str | None:
        """Say in what the hardware differs; None where it does not, or nobody knows."""
        now, before = self.run.manifest.machine, self.baseline.manifest.machine
        if now is None or before is None:
            return None
        parts = [
            f"{name} {fact} (baseline: {before.hardware[name]})"
            for name, fact in now.hardware.items()
            if fact != before.hardware[name]
        ]
        return ", ".join(parts) or None

    def refuse_other_data(self) -> None:
        """Refuse to hold a run against a baseline over other references.

        Raises:
            UsageError: the data set or its captions differ; the message says in what.
        """
        now, before = self.run.plan, self.baseline.plan
        if now.is_of_same_data(before):
            return
        differing = [
            f"{what} {ours} in {self.run.path}, {theirs} in {self.baseline.path}"
            for what, ours, theirs in (
                ("data set", now.dataset, before.dataset),
                ("references", now.references_sha256[:16], before.references_sha256[:16]),
            )
            if ours != theirs
        ]
        raise UsageError(
            f"the baseline is of other data: {'; '.join(differing)}. Name the baseline of this "
            "data set, or accept one with `bench baseline accept`."
        )


def hardware_of(record: RunRecord) -> str:
    """Spell what times of two runs must share to be one series; empty where nobody noted it."""
    machine = record.manifest.machine
    facts = machine.hardware.items() if machine else ()
    return "|".join(f"{name}:{fact}" for name, fact in facts if fact)
