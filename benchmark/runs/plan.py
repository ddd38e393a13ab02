"""What a run was asked to do, frozen before any work and kept in its folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from benchmark.contract import Kind, SplitLabel
from benchmark.errors import RunError

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class PlannedSystem:
    """One row to be: a registered system, or a file of captions.

    Attributes:
        name: canonical, options included.
        kind: floors and ceilings frame the ranked rows.
        distribution: what brought it; ``"captions file"`` for a file.
        version: the distribution's version, or the file's sha256.
        is_retrieval: copies training captions.
        leave_one_out: scored fold by fold, each reference against the others.
        trained_on: data sets its released weights have seen, as the plugin declares; what its
            captioner says once it is ready counts instead.
    """

    name: str
    kind: Kind
    distribution: str
    version: str
    is_retrieval: bool = False
    leave_one_out: bool = False
    trained_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feeding:
    """How captioners are fed clips.

    Attributes:
        batch_size: clips a call; latency figures say which it was.
        timeout_s: seconds a call may take before its system is stopped; None waits for ever.
        n_timed: clips that each system captions once more, one a call, for its latency.
    """

    batch_size: int = 1
    timeout_s: float | None = None
    n_timed: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides what a run computes.

    Attributes:
        command: ``run`` (systems caption clips) or ``score`` (captions come from files).
        dataset: with its split, as ``clotho:evaluation``.
        references_sha256: hash over the whole split's ids and captions.
        n_expected: clips in the split, whether or not their sounds are here.
        clip_ids: the clips this run is about, sorted.
        passport: what was found of the data set.
        systems: in the order the user gave.
        train: label of the training split, or None where no system needs one.
        metrics: keys to compute.
        n_profiled: clips that each system captions once more for its latency.
        embeddings: the files of embeddings that stand for missing sounds, each with path, sha256,
            split, number of clips, and how its embeddings were made.
        suites: names of the suites that were asked for; their systems are among ``systems``.
    """

    command: Literal["run", "score"]
    created_at: str
    argv: tuple[str, ...]
    dataset: str
    references_sha256: str
    n_expected: int
    clip_ids: tuple[str, ...]
    passport: Mapping[str, Any]
    systems: tuple[PlannedSystem, ...]
    metrics: tuple[str, ...]
    versions: Mapping[str, str]
    train: str | None = None
    seed: int = 0
    device: str = "cpu"
    batch_size: int = 1
    timeout_s: float | None = None
    n_profiled: int = 0
    text_only: bool = False
    limit: int | None = None
    embeddings: tuple[Mapping[str, Any], ...] = ()
    suites: tuple[str, ...] = ()
    schema: int = SCHEMA

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

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @staticmethod
    def from_json(record: Mapping[str, Any], where: object) -> Plan:
        """Read a plan back.

        Raises:
            RunError: another schema, or not a plan.
        """
        found = record.get("schema")
        if found != SCHEMA:
            raise RunError(
                f"{where}: plan has schema {found!r}; this aac-bench reads {SCHEMA}. "
                "Run again, or use the aac-bench version that wrote it."
            )
        try:
            fields = {"embeddings": (), "suites": (), **record}
            fields["systems"] = tuple(
                PlannedSystem(**{**system, "trained_on": tuple(system["trained_on"])})
                for system in fields["systems"]
            )
            for key in ("argv", "clip_ids", "embeddings", "metrics", "suites"):
                fields[key] = tuple(fields[key])
            return Plan(**fields)
        except (KeyError, TypeError) as error:
            raise RunError(f"{where}: not a plan ({error!r}); was it edited?") from error
