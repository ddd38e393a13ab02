"""What notebooks get back: a record, with tables for people and frames for programs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from benchmark.display.layout import Format
from benchmark.display.view import USUAL_WIDTH, View
from benchmark.errors import RunError, UnknownNameError
from benchmark.leaderboard.against import has_row, hold_against, require_row
from benchmark.leaderboard.ranking import group_rows
from benchmark.leaderboard.rows import rows_of
from benchmark.leaderboard.tables import render
from benchmark.metrics.catalogue import METRICS, require_rankable
from benchmark.runs.frames import clips_frame, scores_frame
from benchmark.runs.given import IN_MEMORY
from benchmark.runs.reading import write_run
from benchmark.runs.record import RunRecord, SystemRecord
from benchmark.runs.scores import Cell

if TYPE_CHECKING:
    import pandas as pd

WHOLE_TABLE = "`.table()` shows all"
"""How to see the columns that a text has no room for."""


class Printer(Protocol):
    """IPython's, as far as it is used here."""

    def text(self, text: str, /) -> None:
        """Print a text."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SystemResult:
    """What came of one system.

    Attributes:
        record: all that is known of it: latency, disclosure, what each clip adds to the scores.
    """

    record: SystemRecord

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def cells(self) -> Mapping[str, Cell]:
        """Every metric that was asked for: value, interval, signature, or why there is none."""
        return self.record.scores.metrics

    def __getitem__(self, metric: str) -> Cell:
        """Look up a metric by its key.

        Raises:
            UnknownNameError: it was not asked for.
        """
        if metric not in self.cells:
            raise UnknownNameError(f"metric of {self.record.title}", metric, self.cells)
        return self.cells[metric]

    def value(self, metric: str) -> float | None:
        """Look up a metric's corpus value, raw (CIDEr-D 0.48); None where it cannot be had here.

        Raises:
            UnknownNameError: it was not asked for.
        """
        return self[metric].value

    @property
    def values(self) -> dict[str, float]:
        """All corpus values that there are, by the keys of aac-metrics."""
        return {key: cell.value for key, cell in self.cells.items() if cell.value is not None}

    @property
    def signatures(self) -> dict[str, str]:
        """What each value was made with; two may be compared where these agree."""
        cells = self.cells.items()
        return {key: str(cell.signature) for key, cell in cells if cell.signature is not None}

    @property
    def absent(self) -> dict[str, str]:
        """Metrics that were asked for and cannot be had here, each with the reason."""
        return {
            key: cell.reason or "unknown"
            for key, cell in self.cells.items()
            if not cell.is_available
        }

    @property
    def captions(self) -> Mapping[str, str]:
        """What it said, by clip; clips that failed are not there."""
        return self.record.captions

    @property
    def per_clip(self) -> pd.DataFrame:
        """A row a clip: its caption, and a column a metric; see ``clips_frame``."""
        return clips_frame(self.record)

    def __repr__(self) -> str:
        return f"<{self.record.title_with_flaws}: {len(self.values)} metrics>"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Result:
    """Systems scored on one split; ``print`` shows the table that a command prints.

    Attributes:
        record: all that is known of the run, as every command reads it.
    """

    record: RunRecord

    def __post_init__(self) -> None:
        """Keep in mind what its metrics are, whose files may be forgotten from here on."""
        for system in self.record.systems.values():
            METRICS.declare(system.scores.declared, self.record.path)

    @property
    def systems(self) -> dict[str, SystemResult]:
        """By name, in the order in which they were given."""
        return {name: SystemResult(system) for name, system in self.record.systems.items()}

    @property
    def path(self) -> Path | None:
        """Where it lies; None while it is in memory alone."""
        return None if self.record.path == IN_MEMORY else self.record.path

    @property
    def only(self) -> SystemResult:
        """The system of a result that has one.

        Raises:
            UsageError: it has several.
        """
        return SystemResult(self.record.only_system())

    def __getitem__(self, name: str) -> SystemResult:
        """Look up a system.

        Raises:
            UnknownNameError: there is none of that name.
        """
        return SystemResult(self.record.system(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self.record.systems)

    def __len__(self) -> int:
        return len(self.record.systems)

    def value(self, metric: str, system: str | None = None) -> float | None:
        """Look up a corpus value, of the only system or of the one that is named.

        Raises:
            UnknownNameError: there is no such system, or the metric was not asked for.
            UsageError: there are several systems and none is named.
        """
        return (self.only if system is None else self[system]).value(metric)

    @property
    def failures(self) -> Mapping[str, str]:
        """By system why it stopped; nothing where all went through."""
        return self.record.manifest.failures

    @property
    def per_clip(self) -> pd.DataFrame:
        """A row a system and clip: the caption, and a column a metric; see ``clips_frame``."""
        import pandas as pd

        frames = {name: clips_frame(system) for name, system in self.record.systems.items()}
        return pd.concat(frames, names=["system"])

    def to_pandas(self) -> pd.DataFrame:
        """Lay the corpus values out: a row a system, raw values; see ``scores_frame``.

        ``KEY.low`` and ``KEY.high`` bound the 95 % interval. NaN is a value that cannot be had
        here; ``absent`` of a system says why.
        """
        return scores_frame(self.record)

    def against(self, row: str, *, rank_by: str | None = None) -> pd.DataFrame:
        """Hold the other systems against one, all of these pairs as one family.

        Args:
            row: name of the system to hold them against.
            rank_by: key of a metric; else SPIDEr where all rows have it, else CIDEr-D.

        Returns:
            A row a system: ``difference`` from ``row``, its simultaneous interval ``low`` and
            ``high``, the adjusted ``p``, the ``verdict``, and what would have been ``detectable``
            with a power of 80 %; raw values.

        Raises:
            UnknownNameError: there is no such row or metric.
            UsageError: nothing can be held against it.
        """
        import pandas as pd

        if rank_by is not None:
            require_rankable(rank_by)
        standings = group_rows(rows_of([self.record]), rank_by)
        require_row(standings, row)
        standing = next(each for each in standings if has_row(each, row))
        held = hold_against(standing, row).held
        figures = {standing.rows[place].name: dict(each.figures) for place, each in held.items()}
        return pd.DataFrame.from_dict(figures, orient="index").rename_axis("system")

    def table(
        self,
        form: Format = "text",
        *,
        rank_by: str | None = None,
        width: int | None = None,
        against: str | None = None,
    ) -> str:
        """Set the table that ``bench leaderboard`` prints.

        Args:
            form: text, md, csv, json, latex or html.
            rank_by: key of a metric; else SPIDEr where all rows have it, else CIDEr-D.
            width: characters that a line of text may take; None shows all columns.
            against: name of a row that the others are held against, below the table.

        Raises:
            UnknownNameError: there is no such metric or row.
            UsageError: nothing can be ranked by it.
        """
        if rank_by is not None:
            require_rankable(rank_by)
        view = View(width, cure=WHOLE_TABLE)
        rows = rows_of([self.record])
        return render(rows, form, rank_by=rank_by, view=view, tells_looks=True, against=against)

    def save(self, path: str | Path) -> Result:
        """Write it as one sealed file, which ``read_run`` and the commands read.

        Raises:
            RunError: something lies there already.
            MachineError: the place cannot be written.
        """
        path = Path(path)
        if path.exists():
            raise RunError(f"{path} is there already; expected a new file. Name another.")
        write_run(self.record, path)
        return Result(_moved_to(self.record, path))

    def __str__(self) -> str:
        return self.table(width=USUAL_WIDTH)

    def __repr__(self) -> str:
        n_clips = len(self.record.plan.clip_ids)
        systems = "1 system" if len(self) == 1 else f"{len(self)} systems"
        return f"<{systems} on {n_clips:,} clips of {self.record.plan.dataset}; print() shows it>"

    def _repr_html_(self) -> str:
        return self.table("html")

    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:
        printer.text(str(self))  # IPython in a terminal


def _moved_to(record: RunRecord, path: Path) -> RunRecord:
    systems = {
        name: dataclasses.replace(system, path=path) for name, system in record.systems.items()
    }
    return dataclasses.replace(record, path=path, systems=systems)
