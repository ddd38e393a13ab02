"""What ``manifest.json`` says: the seal of a run, written last."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmark.contract import Fact
from benchmark.files import JsonObject
from benchmark.machine.clock import now
from benchmark.machine.fingerprint import Machine
from benchmark.machine.typed_json import read_as
from benchmark.runs.entries import CAPTIONED
from benchmark.runs.latency import Latency
from benchmark.runs.ledger import LedgerView
from benchmark.runs.plan import Plan, PlannedSystem
from benchmark.runs.timed_calls import summarise_latency

SCHEMA = 3
CONTENT_SCHEMA = 2
"""Of a manifest without its seal, as content ids hash it: those of accepted baselines must stay."""


@dataclass(frozen=True, slots=True)
class SealedSystem:
    """What became of one system.

    Attributes:
        n_scored: clips with a caption that counts.
        n_empty: captions without a word, over all folds.
        n_failed: clips without a caption.
        n_missing: clips that were planned, and of which the ledger says nothing at all.
        failure: why the system stopped, else None.
        latency: of its timed calls; None where none were timed.
        trained_on: data sets that its weights have seen, as its captioner says, else its record.
        facts: what it said of how it was prepared.
        failed_clips: by clip without a caption the error that took it, of folds the first one.
        is_partial: its run was scored before it was finished.
    """

    n_scored: int
    n_empty: int
    n_failed: int
    failure: str | None
    latency: Latency | None
    trained_on: tuple[str, ...]
    facts: Mapping[str, Fact] = field(default_factory=dict)
    failed_clips: Mapping[str, str] = field(default_factory=dict)
    n_missing: int = 0
    is_partial: bool = False

    @property
    def is_complete(self) -> bool:
        is_whole = self.n_failed == self.n_missing == 0 and not self.is_partial
        return is_whole and self.failure is None

    @property
    def flaws(self) -> tuple[str, ...]:
        """What stands beside its name wherever that is shown; nothing where all is well."""
        flaws = ["partial run"] if self.is_partial else []
        if self.failure is not None:
            flaws.append("incomplete")
        if self.n_missing and self.failure is None:
            flaws.append(f"{self.n_missing:,} missing")
        return (*flaws, f"{self.n_failed:,} failed") if self.n_failed else tuple(flaws)

    @staticmethod
    def of(
        planned: PlannedSystem,
        view: LedgerView,
        n_scored: int,
        failure: str | None,
        n_missing: int = 0,
        *,
        is_partial: bool = False,
    ) -> SealedSystem:
        """Sum up what a ledger says of a system."""
        entries = view.entries(planned.name)
        failed: dict[str, str] = {}
        for entry in entries:
            if entry.state not in CAPTIONED:
                failed.setdefault(entry.clip_id, entry.error or "")
        prepared = view.prepared_entries(planned.name)
        last = prepared[-1] if prepared else None
        disclosed = last.trained_on if last else None
        return SealedSystem(
            n_scored=n_scored,
            n_empty=sum(entry.state == "empty" for entry in entries),
            n_failed=len(failed),
            failure=failure,
            latency=summarise_latency(view.timed_entries(planned.name), prepared),
            trained_on=planned.trained_on if disclosed is None else disclosed,
            facts=dict(last.facts) if last else {},
            failed_clips=failed,
            n_missing=n_missing,
            is_partial=is_partial,
        )


@dataclass(frozen=True, slots=True)
class Manifest:
    """The seal of a run.

    Attributes:
        finished_at: UTC, ISO 8601.
        machine: what it ran on; None for captions that came from files.
        peak_rss_mib: the most memory that its process held; None where nobody could tell.
        failures: by system why it stopped.
        systems: by name, in the plan's order.
    """

    finished_at: str
    machine: Machine | None
    peak_rss_mib: float | None
    failures: Mapping[str, str]
    systems: Mapping[str, SealedSystem]

    @property
    def is_partial(self) -> bool:
        """Whether the run was scored before it was finished."""
        return any(system.is_partial for system in self.systems.values())

    @property
    def is_complete(self) -> bool:
        return all(system.is_complete for system in self.systems.values())

    @staticmethod
    def of(
        plan: Plan,
        view: LedgerView,
        n_scored: Mapping[str, int],
        failures: Mapping[str, str],
        n_missing: Mapping[str, int] | None = None,
        *,
        is_partial: bool = False,
    ) -> Manifest:
        """Sum up a run.

        Args:
            plan: of the run.
            view: of its ledger.
            n_scored: by system the clips that count.
            failures: by system why it stopped.
            n_missing: by system the planned clips that the ledger says nothing of.
            is_partial: it is not finished.
        """
        peaks = [each.peak_rss_mib for each in view.machines if each.peak_rss_mib is not None]
        return Manifest(
            finished_at=now(),
            machine=view.machines[-1].machine if view.machines else None,
            peak_rss_mib=max(peaks, default=None),
            failures=dict(failures),
            systems={
                planned.name: SealedSystem.of(
                    planned,
                    view,
                    n_scored[planned.name],
                    failures.get(planned.name),
                    (n_missing or {}).get(planned.name, 0),
                    is_partial=is_partial,
                )
                for planned in plan.systems
            },
        )

    def to_json(self) -> JsonObject:
        """Spell it without its seal; what earlier ones did not know stands there if it is so."""
        systems = {name: _spell(system) for name, system in self.systems.items()}
        return {
            "schema": CONTENT_SCHEMA,
            "finished_at": self.finished_at,
            "machine": self.machine.to_json() if self.machine else None,
            "peak_rss_mib": self.peak_rss_mib,
            "complete": self.is_complete,
            "failures": dict(self.failures),
            "systems": systems,
        }

    @staticmethod
    def from_json(record: object, where: object) -> Manifest:
        """Read a manifest back.

        Raises:
            RunError: a part is missing or has another type.
        """
        flat = read_as(_FlatManifest, record, where)
        return Manifest(
            flat.finished_at,
            Machine.from_json(flat.machine, f"{where}, machine") if flat.machine else None,
            flat.peak_rss_mib,
            flat.failures,
            {name: _gather(system, where, name) for name, system in flat.systems.items()},
        )


def _spell(system: SealedSystem) -> JsonObject:
    spelt = dataclasses.asdict(dataclasses.replace(system, latency=None))
    if not system.failed_clips:
        del spelt["failed_clips"]
    if not system.n_missing:
        del spelt["n_missing"]
    if not system.is_partial:
        del spelt["is_partial"]
    return {**spelt, "latency": system.latency.to_json() if system.latency else None}


@dataclass(frozen=True, slots=True)
class _FlatSystem:
    """A ``SealedSystem`` as JSON has it: its latency is read apart."""

    n_scored: int
    n_empty: int
    n_failed: int
    failure: str | None
    latency: dict[str, object] | None
    trained_on: tuple[str, ...]
    facts: dict[str, Fact]
    failed_clips: dict[str, str] = field(default_factory=dict)
    n_missing: int = 0
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class _FlatManifest:
    finished_at: str
    machine: dict[str, object] | None
    peak_rss_mib: float | None
    failures: dict[str, str]
    systems: dict[str, _FlatSystem]


def _gather(flat: _FlatSystem, where: object, name: str) -> SealedSystem:
    latency = flat.latency and Latency.from_json(flat.latency, f"{where}, systems.{name}.latency")
    return SealedSystem(
        flat.n_scored,
        flat.n_empty,
        flat.n_failed,
        flat.failure,
        latency or None,
        flat.trained_on,
        flat.facts,
        flat.failed_clips,
        flat.n_missing,
        flat.is_partial,
    )
