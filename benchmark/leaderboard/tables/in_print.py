"""Numbers in print beside a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from benchmark.contract import Lineup, SplitLabel
from benchmark.display.numbers import show_x100
from benchmark.display.tables import Column, Table
from benchmark.leaderboard.published import BestSupervised, PublishedRow, published_rows
from benchmark.leaderboard.rows import Row
from benchmark.leaderboard.tables.importance import order_of_metric
from benchmark.metrics.catalogue import METRICS

SHARE_HEADER = "of best\nsupervised (%)"


def published_of(lineups: Sequence[Lineup], label: SplitLabel) -> list[PublishedRow]:
    """List the rows in print of some line-ups' papers."""
    systems = {system for lineup in lineups for system in lineup.published}
    return [row for row in published_rows(label) if row.system in systems] if systems else []


def find_best(printed: Sequence[PublishedRow], rows: Sequence[Row]) -> BestSupervised | None:
    """Find the row in print that rows of one table are held against."""
    measured = {key for row in rows for key in row.metrics if row.value(key) is not None}
    return BestSupervised.choose(printed, measured)


def show_share(best: BestSupervised, value: float | None) -> str:
    """Spell a value as a share of the best supervised row's, in %."""
    return show_x100(best.share(value), spec=".0f")


def published_table(
    label: SplitLabel, rows: Sequence[PublishedRow], best: BestSupervised | None = None
) -> Table[PublishedRow] | str:
    """Lay out numbers in print, or say that there are none.

    Args:
        label: of the split.
        rows: in print for it.
        best: the supervised row that a table above holds its own against; the same for these.
    """
    if not rows:
        return f"No numbers in print are recorded for {label}."
    return Table(
        columns=[*_columns(best)],
        rows=rows,
        title="Numbers in print, not measured here (other clips, tools and tokenisers may lie "
        "behind):",
        notes=_notes(rows),
        name="in_print",
    )


def _columns(best: BestSupervised | None) -> Iterator[Column[PublishedRow]]:
    yield Column("in print", lambda row: row.title)
    yield Column("supervision", lambda row: row.supervision, order=1)
    for key, metric in METRICS.items():
        yield Column(metric.label, partial(_show, key), order=order_of_metric(key))
    if best is not None:
        yield Column(SHARE_HEADER, partial(_show_share, best), order=2)
    yield Column("source", lambda row: "; ".join(row.sources), order=100, flex="wrap")


def _notes(rows: Sequence[PublishedRow]) -> list[str]:
    return [
        f"{version}: in print for that version, which has the same clips to evaluate on and fewer "
        "to train on."
        for version in dict.fromkeys(row.version for row in rows if row.version)
    ]


def _show(key: str, row: PublishedRow) -> str:
    return show_x100(row.values.get(key))


def _show_share(best: BestSupervised, row: PublishedRow) -> str:
    return show_share(best, row.values.get(best.key))
