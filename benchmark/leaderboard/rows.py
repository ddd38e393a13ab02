"""Sealed runs become rows: quality with intervals, coverage, latency, provenance."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from benchmark.contract import Fact, Kind, SplitLabel
from benchmark.metrics.catalogue import METRICS
from benchmark.metrics.contributions import SystemStatistics
from benchmark.runs.folder import folders_in
from benchmark.runs.latency import Latency
from benchmark.runs.plan import PlannedSystem
from benchmark.runs.record import RunRecord, read_record
from benchmark.systems.disclosure import SawData, saw_data

RANKED_BY = "cider_d"
HUMAN = "human"

Rung = Literal["system", "retrieval", "floor", "ceiling"]
RUNGS: tuple[Rung, ...] = ("ceiling", "system", "retrieval", "floor")
"""The ladder, from top to bottom of a table."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One metric of one row, raw; ``low`` and ``high`` bound the 95 % bootstrap interval."""

    value: float | None
    low: float | None
    high: float | None
    available: bool
    reason: str | None
    signature: str


@dataclass(frozen=True, slots=True)
class Row:
    """One system on one split, as a leaderboard shows it.

    Attributes:
        n_scored: clips with a caption; ``n_expected`` are all clips of the split.
        n_failed: clips whose caption failed; such a row is incomplete and says so.
        clips_sha256: hash of the scored clips' ids.
        references_sha256: hash of the split's captions; rows that share both share a table.
        latency: of the quality pass, None for captions that came from a file.
        trained_on: data sets that the system's weights have seen.
        run: folder of the run, or the file that stands for it.
        saw_data: whether the evaluated data set is among ``trained_on``.
        facts: what the system said of how it was prepared.
        seeds: of a row joined from several runs, their seeds; else none.
        spread: of such a row, by metric the standard deviation over seeds.
        statistics: what each clip adds to the scores; not part of the row's JSON.
    """

    system: str
    kind: Kind
    is_retrieval: bool
    dataset: str
    split: str
    n_scored: int
    n_expected: int
    n_failed: int
    n_empty: int
    failure: str | None
    clips_sha256: str
    references_sha256: str
    metrics: Mapping[str, Cell]
    latency: Latency | None
    distribution: str
    version: str
    trained_on: tuple[str, ...]
    train: str | None
    seed: int
    run: str
    saw_data: SawData = "unknown"
    facts: Mapping[str, Fact] = field(default_factory=dict)
    seeds: tuple[int, ...] = ()
    spread: Mapping[str, float] = field(default_factory=dict)
    statistics: SystemStatistics | None = field(default=None, repr=False, compare=False)

    @property
    def complete(self) -> bool:
        return self.n_failed == 0 and self.failure is None

    @property
    def label(self) -> SplitLabel:
        return SplitLabel(self.dataset, self.split)

    @property
    def rung(self) -> Rung:
        """Where the row stands on the ladder; only rows on the system rung are ranked."""
        return "retrieval" if self.is_retrieval and self.kind == "system" else self.kind

    @property
    def table_key(self) -> tuple[SplitLabel, str, str]:
        """What the rows of one table share; a folder's path is no part of it."""
        return (self.label.portable, self.references_sha256, self.clips_sha256)

    def to_json(self) -> dict[str, Any]:
        record = dataclasses.asdict(dataclasses.replace(self, statistics=None))
        del record["statistics"]
        record["latency"] = self.latency.to_json() if self.latency else None
        return {**record, "complete": self.complete}


def read_rows(paths: Iterable[Path]) -> list[Row]:
    """Read the rows of sealed runs, from their folders or from files that stand for them.

    Raises:
        RunError: there is no run, or an unfinished one.
    """
    records = [read_record(folder) for path in paths for folder in folders_in(path)]
    return [_row(record, system) for record in records for system in record.plan.systems]


def group_rows(rows: Iterable[Row]) -> list[list[Row]]:
    """Gather the rows that may be compared: one list per split and set of scored clips.

    Within a list rows stand rung by rung, from best to worst.
    """
    groups: dict[tuple[SplitLabel, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault(row.table_key, []).append(row)
    return [sorted(group, key=_order) for group in groups.values()]


def shared_label(rows: Sequence[Row]) -> SplitLabel:
    """Name the split of a table: where equal folders lie at several paths, without a path."""
    labels = {row.label for row in rows}
    return rows[0].label if len(labels) == 1 else rows[0].label.portable


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: a metric, and the model it ran on if it needs one.

    Values of one metric on two models are two columns: they cannot be compared.
    """

    key: str
    model: str | None

    @property
    def label(self) -> str:
        label = METRICS[self.key].label
        return f"{label} ({self.model})" if self.model else label

    def cell(self, row: Row) -> Cell | None:
        """Return a row's value for this column, None where it has none."""
        cell = row.metrics.get(self.key)
        return cell if cell and cell.available and _model_of(cell) == self.model else None


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
        models = dict.fromkeys(_model_of(cell) for cell in cells if cell.available)
        columns += [Column(key, model) for model in models]
        if cells and not models:
            absent[key] = next((cell.reason for cell in cells if cell.reason), "unknown")
    return columns, absent


def differing_signatures(rows: Sequence[Row]) -> list[str]:
    """List metrics whose rows were computed in different ways, scored clips and folds aside."""
    counts = ("refs:", "clips:", "folds:")
    differing = []
    for column in table_columns(rows)[0]:
        cells = [cell for row in rows if (cell := column.cell(row))]
        ways = {
            tuple(part for part in cell.signature.split("|") if not part.startswith(counts))
            for cell in cells
        }
        if len(ways) > 1:
            differing.append(column.label)
    return differing


def way_to_human(rows: Sequence[Row]) -> list[float | None] | None:
    """Measure how far each row gets from the best floor (0) to human captions (1).

    Returns:
        Row by row, by the metric that ranks; below 0 is worse than a floor, None is a row without
        a value. None alone where the rows have no floor or no human row above it.
    """
    values = [cell.value if (cell := row.metrics.get(RANKED_BY)) else None for row in rows]
    valued = [(row, value) for row, value in zip(rows, values, strict=True) if value is not None]
    floor = max((value for row, value in valued if row.rung == "floor"), default=math.inf)
    human = max((value for row, value in valued if row.system == HUMAN), default=-math.inf)
    if human <= floor:
        return None
    return [None if value is None else (value - floor) / (human - floor) for value in values]


def _model_of(cell: Cell) -> str | None:
    parts = (part for part in cell.signature.split("|") if part.startswith("model:"))
    return next((part.removeprefix("model:") for part in parts), None)


def _row(record: RunRecord, system: PlannedSystem) -> Row:
    plan = record.plan
    sealed = record.manifest["systems"][system.name]
    scores = record.scores["systems"][system.name]
    trained_on = tuple(sealed.get("trained_on", system.trained_on))
    latency = sealed["latency"]
    return Row(
        system=system.name,
        kind=system.kind,
        is_retrieval=system.is_retrieval,
        dataset=plan.label.dataset,
        split=plan.label.split,
        n_scored=scores["n_scored"],
        n_expected=plan.n_expected,
        n_failed=sealed["n_failed"],
        n_empty=sealed["n_empty"],
        failure=sealed["failure"],
        clips_sha256=scores["clips_sha256"],
        references_sha256=plan.references_sha256,
        metrics={key: Cell(**cell) for key, cell in scores["metrics"].items()},
        latency=Latency.from_json(latency, record.path) if latency else None,
        distribution=system.distribution,
        version=system.version,
        trained_on=trained_on,
        train=plan.train,
        seed=plan.seed,
        run=str(record.path),
        # Nobody knows what wrote a file.
        saw_data="unknown" if plan.command == "score" else saw_data(trained_on, plan.label),
        facts=sealed.get("facts", {}),
        statistics=record.statistics[system.name],
    )


def _order(row: Row) -> tuple[int, float, str]:
    cell = row.metrics.get(RANKED_BY)
    value = cell.value if cell and cell.value is not None else float("-inf")
    return (RUNGS.index(row.rung), -value, row.system)
