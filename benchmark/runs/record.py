"""What a sealed run says, as one typed tree: everything that tables, tests and gates read."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from benchmark.errors import RunError, UnknownNameError, UsageError
from benchmark.files import JsonObject, spell_json
from benchmark.metrics.catalogue import METRICS
from benchmark.metrics.contributions import Contributions
from benchmark.metrics.signature import Signature
from benchmark.runs.acceptance import Acceptance
from benchmark.runs.calls import Calls
from benchmark.runs.manifest import Manifest, SealedSystem
from benchmark.runs.plan import Plan, PlannedSystem
from benchmark.runs.scores import Cell, Scores, SystemScores
from benchmark.runs.seals import EDITED, SEALED, Integrity
from benchmark.systems.explaining import Explained

SYSTEM_SEPARATOR = "::"
_ID_LENGTH = 12


@dataclass(frozen=True, slots=True)
class SystemRecord:
    """What a sealed run says of one of its systems.

    Attributes:
        path: the run's folder or file.
        plan: of the run.
        planned: what the system was planned as.
        sealed: what became of it.
        scores: by metric.
        contributions: what each clip adds to the scores.
        captions: by clip; a clip without a caption is absent. Of a leave-one-out system those of
            its last fold.
        calls: its timed calls, clip by clip.
        explained: by clip what its captions leaned on, as far as it was asked; a run's folder
            alone keeps that. Of a leave-one-out system those of its last fold.
        integrity: of the run.
    """

    path: Path
    plan: Plan
    planned: PlannedSystem
    sealed: SealedSystem
    scores: SystemScores
    contributions: Contributions
    captions: Mapping[str, str]
    calls: Calls
    explained: Mapping[str, Explained] = field(default_factory=dict)
    integrity: Integrity = SEALED

    @property
    def name(self) -> str:
        return self.planned.name

    @property
    def title(self) -> str:
        """How people name it: ``runs/mine::wsac-pd``."""
        return f"{self.path}{SYSTEM_SEPARATOR}{self.name}"

    @property
    def flaws(self) -> tuple[str, ...]:
        """What stands beside its name wherever that is shown; nothing where all is well."""
        edited = (EDITED,) if self.integrity.edits else ()
        return (*self.sealed.flaws, *edited)

    @property
    def title_with_flaws(self) -> str:
        """Its title, with what must be known of it: ``runs/mine::wsac-pd (3 failed)``."""
        return with_flaws(self.title, self.flaws)

    def describe_integrity(self) -> str | None:
        """Say what numbers of its run are to be taken with; None where nothing is."""
        return self.integrity.describe(self.path)

    def cell(self, key: str) -> Cell | None:
        """Look up a metric's score; None where it was not asked for."""
        return self.scores.metrics.get(key)

    def value(self, key: str) -> float | None:
        """Look up a metric's corpus value; None where there is none."""
        cell = self.cell(key)
        return None if cell is None else cell.value

    def signature(self, key: str) -> Signature:
        """Look up what a metric was made with; empty where nothing was computed."""
        cell = self.cell(key)
        return (cell and cell.signature) or Signature(key)

    def why_not_resampled(self, key: str) -> str | None:
        """Say why a metric cannot be resampled; None where it can."""
        cell = self.cell(key)
        if METRICS[key].higher_is_better is None:
            return "it only describes"
        if cell is None:
            return f"not computed in {self.path}"
        if not cell.is_available:
            return cell.reason or "unavailable"
        if self.contributions.has(key):
            return None
        declared = self.scores.declared.get(key)
        if declared is not None and self.contributions.keeps(key):
            return (
                f"{declared.brought_by}, which makes it of its clips, is not installed here; "
                f"`{declared.how_to_get}`"
            )
        return f"no statistics in {self.path}"


def with_flaws(name: str, flaws: Sequence[str]) -> str:
    """Say behind a name what must be known of what it names."""
    return f"{name} ({', '.join(flaws)})" if flaws else name


@dataclass(frozen=True)
class RunRecord:
    """A sealed run, or a baseline, which is an accepted one.

    Attributes:
        path: its folder or file.
        plan: what it was asked to do.
        manifest: its seal.
        systems: by name, in the plan's order.
        acceptance: of a baseline; None for a run.
        former_id: content id that an earlier version gave it, whose files spelled it otherwise.
        integrity: whether it is what was sealed.
    """

    path: Path
    plan: Plan
    manifest: Manifest
    systems: Mapping[str, SystemRecord]
    acceptance: Acceptance | None = None
    former_id: str | None = None
    integrity: Integrity = SEALED

    @property
    def scores(self) -> Scores:
        return Scores({name: system.scores for name, system in self.systems.items()})

    @property
    def title(self) -> str:
        """How people name it: its path, its content id, a baseline's version, what is wrong."""
        version = f", version {self.acceptance.version}" if self.acceptance else ""
        state = "" if self.integrity.state == "sealed" else f", {self.integrity.state}"
        return f"{self.path} ({self.content_id}{version}{state})"

    @cached_property
    def content_id(self) -> str:
        """Hash of all that it says, 12 hex digits: the same for a run and its baseline's file."""
        parts: JsonObject = {
            "plan": [
                self.plan.created_at,
                self.plan.dataset,
                self.plan.references_sha256,
                list(self.plan.clip_ids),
            ],
            "manifest": self.manifest.to_json(),
            "scores": self.scores.to_json(),
            **self.parts_by_system(),
        }
        return hash_parts(parts)

    @property
    def noted_id(self) -> str:
        """The content id that histories know it by: the one that it was first noted with."""
        return self.former_id or self.content_id

    def parts_by_system(self) -> dict[str, JsonObject]:
        """Spell what it knows of systems beside their scores, as JSON: part, then system."""
        systems = self.systems.items()
        return {
            "statistics": {name: system.contributions.to_json() for name, system in systems},
            "captions": {name: dict(system.captions) for name, system in systems},
            "calls": {name: system.calls for name, system in systems if system.calls},
        }

    def system(self, name: str) -> SystemRecord:
        """Look up a system.

        Raises:
            UnknownNameError: the run has none of that name.
        """
        if name not in self.systems:
            raise UnknownNameError(f"system of {self.path}", name, self.systems)
        return self.systems[name]

    def only_system(self) -> SystemRecord:
        """Look up the system of a run that has one.

        Raises:
            UsageError: it has several.
        """
        if len(self.systems) != 1:
            raise UsageError(
                f"{self.path} holds {len(self.systems)} systems; say which: "
                + " or ".join(system.title for system in self.systems.values())
            )
        return next(iter(self.systems.values()))

    def describe_integrity(self) -> str | None:
        """Say what its numbers are to be taken with; None where nothing is."""
        return self.integrity.describe(self.path)

    def trusted(self, integrity: Integrity) -> RunRecord:
        """Say of the run and of its systems whether they are what was sealed."""
        systems = {
            name: dataclasses.replace(system, integrity=integrity)
            for name, system in self.systems.items()
        }
        return dataclasses.replace(self, systems=systems, integrity=integrity)

    def find_unaccepted(self) -> list[str]:
        """Say whether a baseline is another run than was accepted, of earlier versions too."""
        accepted = self.acceptance.run if self.acceptance else None
        if accepted is None or accepted in (self.content_id, self.former_id):
            return []
        return [f"its content has the id {self.content_id}, and {accepted} was accepted"]

    def require_accepted(self) -> None:
        """Refuse a record that nobody made a baseline.

        Raises:
            RunError: it holds no acceptance.
        """
        if self.acceptance is None:
            raise RunError(
                f"{self.path}: nobody accepted it as a baseline. Expected a file of `bench "
                "baseline accept`; restore its acceptance, or accept a run."
            )

    def require_captions(self) -> None:
        """Refuse a record whose captions were withheld.

        Raises:
            RunError: a system has scored clips and no caption of them.
        """
        if any(each.scores.n_scored and not each.captions for each in self.systems.values()):
            raise RunError(
                f"{self.path} holds scores and no captions: it was written with `bench record`, "
                "for tables. Expected a run's folder, or a baseline of `bench baseline accept`."
            )


def hash_parts(parts: JsonObject) -> str:
    """Hash JSON to a content id."""
    text = spell_json(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_LENGTH]
