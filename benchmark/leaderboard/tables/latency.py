"""The table of how fast systems are."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import NamedTuple

from benchmark.display.numbers import show, show_number, show_shares
from benchmark.display.tables import NO_VALUE, ON_REQUEST, Column, Table
from benchmark.leaderboard.rows import Row
from benchmark.runs.latency import Latency


class Timed(NamedTuple):
    """A system and how fast it is."""

    system_name: str
    latency: Latency


def latency_table(group: Sequence[Row]) -> Table[Timed]:
    """Lay out the latency of rows that have one, percentiles with their 95 % bounds."""
    rows = [Timed(row.name_with_flaws, row.latency) for row in group if row.latency]
    title = "Latency, one clip a call, caches off, with 95 % bounds of one process"
    has_void = any(row.latency.void for row in rows)
    columns = [
        dataclasses.replace(column, order=0, flex="wrap")
        if has_void and column.header == "calls"
        else column
        for column in _COLUMNS
    ]
    if len({row.latency.machine for row in rows}) > 1:
        columns.append(Column("machine", lambda row: row.latency.machine or "unknown", order=3))
        title += "; times of different machines do not compare"
    return Table(columns, rows, f"{title}:", name="latency")


def _column(
    header: str, spell: Callable[[Latency], str], order: float = ON_REQUEST
) -> Column[Timed]:
    """Make a column that is empty where the times mean nothing."""
    return Column(
        header, lambda row: NO_VALUE if row.latency.void else spell(row.latency), order=order
    )


_COLUMNS: tuple[Column[Timed], ...] = (
    Column("system", lambda row: row.system_name),
    # Why times mean nothing stands in their first column.
    Column("calls", lambda row: row.latency.void or str(row.latency.n_calls), order=ON_REQUEST),
    _column("p50 ms", lambda latency: show(latency.seconds.p50), order=0),
    _column("p90 ms", lambda latency: show(latency.seconds.p90)),
    _column("p99 ms", lambda latency: show(latency.seconds.p99)),
    _column("RTF", lambda latency: show_number(latency.rtf, ".2g"), order=1),
    _column("prepare s", lambda latency: show_number(latency.prepare_s, ".2f")),
    _column("stages of a call", lambda latency: show_shares(latency.shares)),
)
