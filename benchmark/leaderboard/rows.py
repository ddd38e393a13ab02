"""Turns sealed runs into rows: quality with intervals, coverage, latency, provenance."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from benchmark.contract import Kind, SplitLabel
from benchmark.files import JsonObject
from benchmark.metrics.catalogue import METRICS, STANDARD_MODELS
from benchmark.metrics.contributions import Contributions
from benchmark.metrics.signature import Signature
from benchmark.runs.latency import Latency
from benchmark.runs.record import SYSTEM_SEPARATOR, RunRecord, SystemRecord, with_flaws
from benchmark.runs.scores import Cell
from benchmark.runs.seals import Integrity
from benchmark.stats.seeds import SeedNoise
from benchmark.systems.disclosure import SawData, saw_data

Rung = Literal["system", "retrieval", "floor", "ceiling"]
RUNGS: tuple[Rung, ...] = ("ceiling", "system", "retrieval", "floor")
"""The ladder, from top to bottom of a table."""


@dataclass(frozen=True, slots=True)
class Row:
    """One system on one split, as a leaderboard shows it.

    Attributes:
        records: of the system; several where runs that differ in their seed are joined.
        metrics: by key, means over the seeds.
        contributions: what each clip adds to them; None where the seeds cannot be averaged.
        spread: of a joined row, by metric the standard deviation over seeds.
        mark: what tells it from other rows of its system in its table; see ``tell_apart``.
    """

    records: tuple[SystemRecord, ...]
    metrics: Mapping[str, Cell]
    contributions: Contributions | None = field(repr=False, compare=False)
    spread: Mapping[str, float] = field(default_factory=dict)
    mark: str = ""

    @staticmethod
    def of(record: SystemRecord) -> Row:
        return Row((record,), record.scores.metrics, record.contributions)

    @property
    def record(self) -> SystemRecord:
        """The first seed's, where there are several."""
        return self.records[0]

    @property
    def system(self) -> str:
        return self.record.name

    @property
    def name(self) -> str:
        """The system, with the row's mark if it has one."""
        return f"{self.system} @{self.mark}" if self.mark else self.system

    @property
    def flaws(self) -> tuple[str, ...]:
        """What must be known of it wherever its name is shown; nothing where all is well."""
        return tuple(dict.fromkeys(m for record in self.records for m in record.flaws))

    @property
    def name_with_flaws(self) -> str:
        """Its name, and what must be known of it: ``wsac-pd (3 failed)``."""
        return with_flaws(self.name, self.flaws)

    @property
    def kind(self) -> Kind:
        return self.record.planned.kind

    @property
    def label(self) -> SplitLabel:
        return self.record.plan.label

    def value(self, key: str) -> float | None:
        """Look up a metric's corpus value; None where there is none."""
        cell = self.metrics.get(key)
        return None if cell is None else cell.value

    def seed_noise(self, key: str) -> SeedNoise | None:
        """Tell how a metric spreads over the seeds of a joined row; None for a row of one run."""
        spread = self.spread.get(key)
        return None if spread is None else SeedNoise(spread, len(self.records))

    @property
    def n_scored(self) -> int:
        """Clips with a caption."""
        return self.record.scores.n_scored

    @property
    def n_expected(self) -> int:
        """All clips of the split."""
        return self.record.plan.n_expected

    @property
    def n_failed(self) -> int:
        """Clips whose caption failed; such a row is incomplete and says so."""
        return sum(record.sealed.n_failed for record in self.records)

    @property
    def n_missing(self) -> int:
        """Clips that were planned, and of which the run says nothing at all."""
        return sum(record.sealed.n_missing for record in self.records)

    @property
    def n_empty(self) -> int:
        return sum(record.sealed.n_empty for record in self.records)

    @property
    def failure(self) -> str | None:
        failures = (record.sealed.failure for record in self.records)
        return next(filter(None, failures), None)

    @property
    def complete(self) -> bool:
        return all(record.sealed.is_complete for record in self.records)

    @property
    def integrity(self) -> Integrity:
        """Whether its runs are what was sealed."""
        return Integrity.of_all(record.integrity for record in self.records)

    @property
    def clips_sha256(self) -> str:
        """Hash of the scored clips' ids."""
        return self.record.scores.clips_sha256

    @property
    def references_sha256(self) -> str:
        """Hash of the split's captions; rows that share both share a table."""
        return self.record.plan.references_sha256

    @property
    def latency(self) -> Latency | None:
        """Of the quality pass; None for captions that came from a file."""
        return self.record.sealed.latency

    @property
    def trained_on(self) -> tuple[str, ...]:
        """Data sets that the system's weights have seen."""
        return self.record.sealed.trained_on

    @property
    def saw_data(self) -> SawData:
        """Whether the evaluated data set is among them; of a file nobody knows."""
        if self.record.plan.command == "score":
            return "unknown"
        return saw_data(self.trained_on, self.label)

    @property
    def run(self) -> str:
        """Folder of the run, or the file that stands for it."""
        return str(self.record.path)

    @property
    def run_title(self) -> str:
        """How people name it beside rows of other runs."""
        return f"{self.run}{SYSTEM_SEPARATOR}{self.system}"

    @property
    def seeds(self) -> tuple[int, ...]:
        """Of a row joined from several runs, their seeds; else none."""
        seeds = tuple(record.plan.seed for record in self.records)
        return seeds if len(seeds) > 1 else ()

    @property
    def rung(self) -> Rung:
        """Where the row stands on the ladder; only rows on the system rung are ranked."""
        is_copied = self.record.planned.is_retrieval and self.kind == "system"
        return "retrieval" if is_copied else self.kind

    @property
    def table_key(self) -> tuple[SplitLabel, str, str]:
        """What the rows of one table share; a folder's path is no part of it."""
        return (self.label.portable, self.references_sha256, self.clips_sha256)

    def to_json(self) -> JsonObject:
        """Spell out what was measured, and what it was measured with."""
        planned, plan = self.record.planned, self.record.plan
        return {
            "system": self.system,
            "configuration": planned.configuration or self.system,
            "kind": self.kind,
            "is_retrieval": planned.is_retrieval,
            "dataset": self.label.dataset,
            "split": self.label.split,
            "n_scored": self.n_scored,
            "n_expected": self.n_expected,
            "n_failed": self.n_failed,
            "n_missing": self.n_missing,
            "n_empty": self.n_empty,
            "failure": self.failure,
            "clips_sha256": self.clips_sha256,
            "references_sha256": self.references_sha256,
            "metrics": {key: cell.to_json() for key, cell in self.metrics.items()},
            "latency": self.latency.to_json() if self.latency else None,
            "distribution": planned.distribution,
            "version": planned.version,
            "makeup": planned.makeup_id,
            "trained_on": self.trained_on,
            "train": plan.train,
            "seed": plan.seed,
            "run": self.run,
            "saw_data": self.saw_data,
            "facts": dict(self.record.sealed.facts),
            "seeds": self.seeds,
            "spread": dict(self.spread),
            "complete": self.complete,
            "partial": any(record.sealed.is_partial for record in self.records),
            "seal": self.integrity.state,
        }


def rows_of(records: Iterable[RunRecord]) -> list[Row]:
    """Make a row of every system of sealed runs."""
    return [Row.of(system) for record in records for system in record.systems.values()]


def describe_integrity(rows: Sequence[Row]) -> list[str]:
    """Say which runs are not what was sealed, or never were: a sentence a run."""
    records = (record for row in rows for record in row.records)
    notes = (record.integrity.describe(record.path) for record in records)
    return list(dict.fromkeys(note for note in notes if note is not None))


def shared_label(rows: Sequence[Row]) -> SplitLabel:
    """Name the split of a table: where equal folders lie at several paths, without a path."""
    labels = {row.label for row in rows}
    return rows[0].label if len(labels) == 1 else rows[0].label.portable


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: a metric, and the models it ran on if it needs any.

    Values of one metric on two models are two columns: they cannot be compared.
    """

    key: str
    models: tuple[str, ...]

    @property
    def label(self) -> str:
        """The metric's, with the models that are not the field's standard."""
        label = METRICS[self.key].label
        others = [model for model in self.models if model not in STANDARD_MODELS]
        return f"{label} ({', '.join(others)})" if others else label

    def cell(self, row: Row) -> Cell | None:
        """Return a row's value for this column, None where it has none."""
        cell = row.metrics.get(self.key)
        return cell if cell and cell.is_available and cell.models == self.models else None


def table_columns(rows: Sequence[Row]) -> tuple[list[Column], dict[str, str]]:
    """Choose a table's columns.

    Returns:
        The columns that at least one row has a value for, and for each metric that no row has
        a value for why that is.
    """
    columns: list[Column] = []
    absent: dict[str, str] = {}
    for key in METRICS:
        cells = [row.metrics[key] for row in rows if key in row.metrics]
        models = dict.fromkeys(cell.models for cell in cells if cell.is_available)
        columns += [Column(key, of_cell) for of_cell in models]
        if cells and not models:
            absent[key] = next((cell.reason for cell in cells if cell.reason), "unknown")
    return columns, absent


def differing_signatures(rows: Sequence[Row]) -> list[str]:
    """List metrics whose rows were computed in different ways, scored clips and folds aside."""
    differing = []
    for column in table_columns(rows)[0]:
        ways = {_way(cell) for row in rows if (cell := column.cell(row))}
        if not all(one.agrees_with(other) for one, other in itertools.combinations(ways, 2)):
            differing.append(column.label)
    return differing


def ways_agree(rows: Sequence[Row], key: str) -> bool:
    """Tell whether rows have a metric that was computed in the same way, so that it compares."""
    cells = (cell for row in rows if (cell := row.metrics.get(key)))
    ways = {(cell.signature or Signature(key)).without("clips") for cell in cells}
    return all(one.agrees_with(other) for one, other in itertools.combinations(ways, 2))


def _way(cell: Cell) -> Signature:
    """Tell how a value was computed, scored clips and folds aside."""
    signature = cell.signature or Signature("")
    return signature.without("refs", "clips", "folds")
