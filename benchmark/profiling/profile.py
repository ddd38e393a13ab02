"""What ``bench profile`` measured: a profile of each system, and of all together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from benchmark.contract import Fact, Kind
from benchmark.machine.fingerprint import Machine
from benchmark.profiling.cold_start import ColdStart
from benchmark.profiling.footprint import Footprint
from benchmark.profiling.offline import Batches
from benchmark.profiling.request import ProfileRequest
from benchmark.profiling.server import Served
from benchmark.profiling.single_stream import Streamed
from benchmark.stats.percentiles import Percentiles

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Harness:
    """Times of calls that do nothing: the harness's own share of every call.

    Attributes:
        n_calls: how many.
        seconds: percentiles of a call's seconds.
    """

    n_calls: int
    seconds: Percentiles

    def to_json(self) -> dict[str, object]:
        return {"n_calls": self.n_calls, **self.seconds.to_json()}


@dataclass(frozen=True, slots=True)
class Scenarios:
    """What was asked for of the three scenarios.

    Attributes:
        single_stream: None where it was not asked for.
        offline: one for each batch size; none where it was not asked for.
        server: None where it was not asked for.
    """

    single_stream: Streamed | None = None
    offline: tuple[Batches, ...] = ()
    server: Served | None = None

    @property
    def void(self) -> str | None:
        """Why times mean nothing, scenario by scenario; None where all mean something."""
        reasons = (f"{name}: {reason}" for name, reason in self._reasons() if reason is not None)
        return "; ".join(reasons) or None

    def to_json(self) -> dict[str, object]:
        """Spell out those that were asked for, in the order of ``request.SCENARIOS``."""
        record: dict[str, object] = {}
        if self.single_stream is not None:
            record["single-stream"] = self.single_stream.to_json()
        if self.offline:
            record["offline"] = [batches.to_json() for batches in self.offline]
        if self.server is not None:
            record["server"] = self.server.to_json()
        return record

    def _reasons(self) -> Iterator[tuple[str, str | None]]:
        if self.single_stream is not None:
            yield "single-stream", self.single_stream.latency.void
        for batches in self.offline:
            yield f"offline, batches of {batches.batch_size}", batches.void
        if self.server is not None:
            yield "server", self.server.void


@dataclass(frozen=True, slots=True)
class SystemProfile:
    """How fast and how large one system is.

    Attributes:
        kind: of the system, as are ``distribution`` and ``version``.
        facts: what its captioner said of itself.
        n_clips: that were captioned in turn.
        cold_start: the way to its first caption.
        footprint: memory, parameters, built things.
        harness: what each of its calls holds that is not the system's.
        scenarios: its times.
        machine: on which.
    """

    kind: Kind
    distribution: str
    version: str
    facts: Mapping[str, Fact]
    n_clips: int
    cold_start: ColdStart
    footprint: Footprint
    harness: Harness
    scenarios: Scenarios
    machine: Machine

    @property
    def void(self) -> str | None:
        """Why its times mean nothing; None where captions stayed the same throughout."""
        return self.scenarios.void

    def to_json(self) -> dict[str, object]:
        """Spell it out, all but the machine, which a profile says once."""
        return {
            "failure": None,
            "kind": self.kind,
            "distribution": self.distribution,
            "version": self.version,
            "facts": dict(self.facts),
            "n_clips": self.n_clips,
            "void": self.void,
            "cold_start": self.cold_start.to_json(),
            "memory": dataclasses.asdict(self.footprint.memory),
            "size": dataclasses.asdict(self.footprint.size),
            "harness": self.harness.to_json(),
            "scenarios": self.scenarios.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a system has no profile.

    Attributes:
        reason: type and message.
        traceback: of what was raised; None where its process ended without a word.
    """

    reason: str
    traceback: str | None = None

    def to_json(self) -> dict[str, object]:
        return {"failure": self.reason, "traceback": self.traceback}


@dataclass(frozen=True, slots=True)
class Profile:
    """Several systems, each profiled in processes of its own.

    Attributes:
        created_at: when.
        request: what was asked for.
        dataset: label of the split that was captioned.
        train: label of the training split; None where no system learns.
        validation: label of the split that epochs are chosen on; None where there is none.
        versions: of what numbers depend on, by distribution.
        machine: on which.
        outcomes: by system, in the order that they were asked for.
        requirements: by system what was installed for it; nothing of those that ran as the bench.
    """

    created_at: str
    request: ProfileRequest
    dataset: str
    train: str | None
    validation: str | None
    versions: Mapping[str, str]
    machine: Machine
    outcomes: Mapping[str, SystemProfile | Failure]
    requirements: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def systems(self) -> dict[str, SystemProfile]:
        """Those that have a profile."""
        return {
            name: outcome
            for name, outcome in self.outcomes.items()
            if isinstance(outcome, SystemProfile)
        }

    def to_json(self) -> dict[str, object]:
        return {
            "schema": SCHEMA,
            "created_at": self.created_at,
            **self.request.to_json(),
            "dataset": self.dataset,
            "train": self.train,
            "validation": self.validation,
            "versions": dict(self.versions),
            "machine": self.machine.to_json(),
            **({"requirements": dict(self.requirements)} if self.requirements else {}),
            "systems": {name: outcome.to_json() for name, outcome in self.outcomes.items()},
        }
