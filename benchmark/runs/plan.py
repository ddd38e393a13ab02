"""What a run was asked to do, frozen before any work and kept in its folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from benchmark.contract import UNKNOWN, ClipClusters, Kind, SplitLabel
from benchmark.embeddings.splits import GivenFile
from benchmark.files import JsonObject
from benchmark.machine.typed_json import read_as
from benchmark.metrics.catalogue import METRICS, require_known
from benchmark.metrics.engines.declared import DeclaredMetric
from benchmark.runs.older import plan_from_1, upgrade
from benchmark.runs.patience import FORMER_PATIENCE, Patience
from benchmark.systems.makeup import Makeup
from benchmark.systems.registry import System, spell_called
from benchmark.systems.roster import LeftOut

SCHEMA = 2


@dataclass(frozen=True, slots=True)
class PlannedSystem:
    """A system that a run scores: a registered one, or a file of captions.

    Attributes:
        name: canonical, options included.
        kind: floors and ceilings frame the ranked rows.
        distribution: what brought it; ``"captions file"`` for a file.
        version: the distribution's version, or the file's sha256.
        is_retrieval: copies training captions.
        leave_one_out: scored fold by fold, each reference against the others.
        trained_on: data sets its released weights have seen, as the plugin declares; what its
            captioner says once it is ready counts instead.
        makeup: what it is made of; None for a file, and in plans of earlier versions.
        requirements: what is installed for it in an environment of its own; None: it runs where
            the bench does.
        configuration: of a system that a user calls by another name, its canonical one; else empty.
        file: the Python file that brought it, if nobody installed it; None for a distribution.
    """

    name: str
    kind: Kind
    distribution: str
    version: str
    is_retrieval: bool = False
    leave_one_out: bool = False
    trained_on: tuple[str, ...] = ()
    makeup: Makeup | None = None
    requirements: tuple[str, ...] | None = None
    configuration: str = ""
    file: str | None = None

    @property
    def spelling(self) -> str:
        """The text by which ``Registry.system`` finds it."""
        return spell_called(self.name, self.configuration)

    @staticmethod
    def of(system: System, makeup: Makeup | None = None) -> PlannedSystem:
        """Describe a registered system."""
        spec = system.spec
        # Silence is no claim: what a system does not say of its weights, nobody knows.
        silent = (UNKNOWN,) if spec.kind == "system" else ()
        return PlannedSystem(
            name=system.name,
            kind=spec.kind,
            distribution=system.provenance.distribution,
            version=system.provenance.version,
            is_retrieval=spec.is_retrieval,
            leave_one_out=spec.leave_one_out,
            trained_on=spec.trained_on or silent,
            makeup=makeup,
            configuration=system.configuration,
            file=system.provenance.file or None,
        )

    @property
    def makeup_id(self) -> str | None:
        """Tell it from others of its name and version; None where nobody knows."""
        return self.makeup.makeup_id if self.makeup else None


@dataclass(frozen=True, slots=True)
class Feeding:
    """How captioners are fed clips.

    Attributes:
        batch_size: clips a call; latency figures say which it was.
        n_timed: clips that each system captions once more, one a call, for its latency.
        is_explained: captioners that can are asked what their captions leaned on, untimed.
        patience: how long they are waited for, and how many failures they are borne.
    """

    batch_size: int = 1
    n_timed: int = 0
    is_explained: bool = False
    patience: Patience = FORMER_PATIENCE


_FORMERLY: Mapping[str, object] = {
    "run_id": None,
    "commit": None,
    "declared": {},
    "clusters": None,
    "is_explained": False,
    **{
        name: part
        for name, part in dataclasses.asdict(FORMER_PATIENCE).items()
        if name != "timeout_s"
    },
}
"""By name what was so before a plan said it."""


@dataclass(frozen=True, slots=True)
class PlanHeader:
    """What every command that makes a run records alike.

    Attributes:
        command: ``run`` (systems caption clips) or ``score`` (captions come from files).
        created_at: when, in UTC.
        argv: as it was typed.
        dataset: with its split, as ``clotho:evaluation``.
        references_sha256: hash over the whole split's ids and captions.
        n_expected: clips in the split, whether or not their sounds are here.
        passport: what was found of the data set, as ``bench data verify`` prints it.
        metrics: keys to compute.
        versions: of what the numbers stand on.
        run_id: made by chance when the run begins, and the same however often it is resumed and
            scored again; None in runs of earlier versions.
        commit: of what is measured; see ``find_commit``.
        declared: what those of the metrics are that plugins bring.
        clusters: which clips of the split belong together, those aside that stand alone; None
            where the data set does not say, and in runs of earlier versions.
    """

    command: Literal["run", "score"]
    created_at: str
    argv: tuple[str, ...]
    dataset: str
    references_sha256: str
    n_expected: int
    passport: Mapping[str, object]  # for people; nothing reads it back
    metrics: tuple[str, ...]
    versions: Mapping[str, str]
    run_id: str | None = None
    commit: str | None = None
    declared: Mapping[str, DeclaredMetric] = field(default_factory=dict)
    clusters: ClipClusters | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides what a run computes.

    Attributes:
        header: what is recorded of every run.
        systems: in the order the user gave.
        clip_ids: the clips this run is about, sorted.
        feeding: how captioners are fed these.
        train: label of the training split, or None where no system needs one.
        validation: label of the split that epochs are chosen on; None where there is none.
        seed: of every random choice.
        device: torch's spelling.
        text_only: clips carry no sound.
        limit: only so many of the clips that are here were asked for.
        embeddings: the files of embeddings that stand for missing sounds.
        lineups: names of the line-ups that were asked for; their systems are among ``systems``.
        left_out: members of these that the run goes without, and systems that it went on without,
            and why.
    """

    header: PlanHeader
    systems: tuple[PlannedSystem, ...]
    clip_ids: tuple[str, ...]
    feeding: Feeding = Feeding()
    train: str | None = None
    seed: int = 0
    device: str = "cpu"
    text_only: bool = False
    limit: int | None = None
    embeddings: tuple[GivenFile, ...] = ()
    lineups: tuple[str, ...] = ()
    validation: str | None = None
    left_out: tuple[LeftOut, ...] = ()

    @property
    def command(self) -> Literal["run", "score"]:
        return self.header.command

    @property
    def created_at(self) -> str:
        return self.header.created_at

    @property
    def dataset(self) -> str:
        return self.header.dataset

    @property
    def references_sha256(self) -> str:
        return self.header.references_sha256

    @property
    def n_expected(self) -> int:
        return self.header.n_expected

    @property
    def metrics(self) -> tuple[str, ...]:
        return self.header.metrics

    @property
    def label(self) -> SplitLabel:
        return SplitLabel.parse(self.dataset)

    @property
    def references_name(self) -> str:
        """What signatures call the references: the same wherever the data set lies."""
        return self.label.identify(self.references_sha256)

    def is_of_same_data(self, other: Plan) -> bool:
        """Tell whether both are scored against the same references; a folder's path is nothing."""
        return self.references_sha256 == other.references_sha256 and (
            self.label.portable == other.label.portable
        )

    def of_system(self, name: str) -> Plan:
        """Plan the same for one of its systems."""
        systems = tuple(planned for planned in self.systems if planned.name == name)
        return dataclasses.replace(self, systems=systems)

    def with_patience(self, changes: Mapping[str, float | None]) -> Plan:
        """Plan to wait longer, say, or to bear more: by fields of ``Patience``."""
        # Fields of counts hold whole numbers, which is what options give.
        patience = dataclasses.replace(self.feeding.patience, **changes)  # type: ignore[arg-type]
        feeding = dataclasses.replace(self.feeding, patience=patience)
        return dataclasses.replace(self, feeding=feeding)

    def with_metrics(self, metrics: tuple[str, ...]) -> Plan:
        """Plan to compute other metrics."""
        return dataclasses.replace(self, header=dataclasses.replace(self.header, metrics=metrics))

    def requirements_of(self, name: str) -> tuple[str, ...] | None:
        """Tell what is installed for a system in an environment of its own, if it has one."""
        return next(each.requirements for each in self.systems if each.name == name)

    def made_of(
        self, systems: Sequence[PlannedSystem], versions: Mapping[str, str], commit: str | None
    ) -> Plan:
        """Plan the same with what its systems and the libraries are by now."""
        header = dataclasses.replace(self.header, versions=versions, commit=commit)
        return dataclasses.replace(self, header=header, systems=tuple(systems))

    def to_json(self) -> JsonObject:
        """Spell it for ``plan.json``: header, feeding and patience are laid flat among the rest.

        What earlier versions did not know stands there only if it is so.
        """
        parts = dataclasses.asdict(self)
        header, feeding = parts.pop("header"), parts.pop("feeding")
        feeding |= feeding.pop("patience")
        flat = {
            name: part
            for name, part in (header | feeding).items()
            if name not in _FORMERLY or part != _FORMERLY[name]
        }
        for declared in flat.get("declared", {}).values():
            if declared["file"] is None:
                del declared["file"]
        for planned in parts["systems"]:
            for name in ("makeup", "requirements", "file"):
                if planned[name] is None:
                    del planned[name]
            if not planned["configuration"]:
                del planned["configuration"]
            for name in ("models", "uses"):
                if not planned.get("makeup", {}).get(name, True):
                    del planned["makeup"][name]
        return {"schema": SCHEMA, **flat, **parts}

    @staticmethod
    def from_json(record: object, where: object) -> Plan:
        """Read a plan back, of this schema or an earlier one.

        Raises:
            RunError: a later schema, a part is missing or has another type, or a metric is not
                known, or means another thing here.
        """
        written = read_as(dict[str, object], record, where)
        flat = upgrade(written, where, SCHEMA, {1: plan_from_1})
        feeding = {**flat, "patience": flat}
        plan = read_as(Plan, {**flat, "header": flat, "feeding": feeding}, where)
        METRICS.declare(plan.header.declared, where)
        require_known(plan.metrics, f"{where}, metrics")
        return plan
