"""Numbers in print beside a table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from benchmark.contract import SplitLabel
from benchmark.display.numbers import show_x100
from benchmark.display.tables import Column, Table
from benchmark.leaderboard.published import PublishedRow, published_rows
from benchmark.metrics.catalogue import METRICS
from benchmark.systems.lineups import Lineup


def published_of(lineups: Sequence[Lineup], label: SplitLabel) -> list[PublishedRow]:
    return [
        row
        for row in (published_rows(label) if lineups else ())
        if any(lineup.has_published(row.system, row.sources) for lineup in lineups)
    ]


def published_table(label: SplitLabel, rows: Sequence[PublishedRow]) -> Table[PublishedRow] | str:
    """Lay out numbers in print, or say that there are none."""
    if not rows:
        return f"No numbers in print are recorded for {label}."
    return Table(
        columns=[
            Column("in print", lambda row: row.system),
            Column("supervision", lambda row: row.supervision),
            *(Column(metric.label, partial(_show, key)) for key, metric in METRICS.items()),
            Column("source", lambda row: row.sources[0]),
        ],
        rows=rows,
        title="Numbers in print, not measured here (other clips, tools and tokenisers may lie "
        "behind):",
        name="in_print",
    )


def _show(key: str, row: PublishedRow) -> str:
    return show_x100(row.values.get(key))
