"""Numbers in print in the table itself, each line below the row that it is of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from benchmark.display.tables import NO_VALUE, Column, Table
from benchmark.display.view import Tone
from benchmark.leaderboard.published import BestSupervised, Printed, find_printed
from benchmark.leaderboard.ranking import Standing
from benchmark.leaderboard.rows import Column as MetricColumn
from benchmark.leaderboard.rows import table_columns
from benchmark.leaderboard.tables.importance import order_of_metric
from benchmark.leaderboard.tables.in_print import SHARE_HEADER, show_share
from benchmark.leaderboard.tables.quality import Placed, header_of, quality_table
from benchmark.metrics.catalogue import METRICS, STANDARD_MODELS

Line = Placed | Printed


class _Metric(NamedTuple):
    """A metric's column in both tables; ``ours`` is None where no row has a value for it."""

    key: str
    header: str
    ours: Column[Placed] | None
    is_standard: bool


def table_beside_print(
    standing: Standing, best: BestSupervised | None = None, *, tells_absent: bool = True
) -> Table[Line]:
    """Lay out the scores of rows, and below each row what is in print of the same system.

    What is printed is never ranked or tested. A metric that is only in print has a column too.

    Args:
        standing: the rows.
        best: a row in print to hold them against, and what is printed of them.
        tells_absent: whether its notes say which metrics no row has.
    """
    table = quality_table(standing, best, tells_absent=tells_absent)
    lines: list[Line] = []
    printed: list[Printed] = []
    for placed in table.rows:
        found = find_printed(placed.row.record)
        lines += [placed] if found is None else [placed, found]
        printed += [] if found is None else [found]
    notes = [*table.notes, *map(_source, printed)]
    return Table(
        [*_columns(standing, table, printed, best)],
        lines,
        table.title,
        notes,
        table.name,
        tone=None if table.tone is None else partial(_tone, table.tone),
    )


def _columns(
    standing: Standing,
    table: Table[Placed],
    printed: list[Printed],
    best: BestSupervised | None,
) -> Iterator[Column[Line]]:
    metrics = [*_metrics(standing, table, printed)]
    named = {metric.header for metric in metrics}
    place, system, *others = table.columns
    yield _join(place, lambda _: "in print")
    yield _join(system, lambda found: found.row.system)
    for metric in metrics:
        spell = partial(_spell, metric)
        if metric.ours is None:
            order = order_of_metric(metric.key)
            yield Column(metric.header, partial(_either, None, spell), order=order)
        else:
            yield _join(metric.ours, spell)
    for column in others:
        if column.header == SHARE_HEADER and best is not None:
            yield _join(column, partial(_spell_share, best))
        elif column.header not in named:
            yield _join(column, lambda _: NO_VALUE)


def _metrics(standing: Standing, table: Table[Placed], printed: list[Printed]) -> Iterator[_Metric]:
    """List the columns of metrics in the catalogue's order, those only in print among them."""
    ours = {column.header: column for column in table.columns}
    columns = table_columns(standing.rows)[0]
    for key, metric in METRICS.items():
        if not metric.in_table:
            continue
        of_key = [column for column in columns if column.key == key]
        for column in of_key:
            header = header_of(column)
            yield _Metric(key, header, ours[header], _is_standard(column))
        if not any(map(_is_standard, of_key)) and any(key in found.row.spelt for found in printed):
            yield _Metric(key, metric.label, None, is_standard=True)


def _is_standard(column: MetricColumn) -> bool:
    """Tell whether a column's models are those that numbers in print are made with."""
    return all(model in STANDARD_MODELS for model in column.models)


def _spell(metric: _Metric, found: Printed) -> str:
    return found.row.spelt.get(metric.key, NO_VALUE) if metric.is_standard else NO_VALUE


def _spell_share(best: BestSupervised, found: Printed) -> str:
    return show_share(best, found.row.values.get(best.key))


def _join(column: Column[Placed], spell: Callable[[Printed], str]) -> Column[Line]:
    """Make a column of both kinds of lines from one of rows."""
    return Column(
        column.header,
        partial(_either, column.cell, spell),
        column.side,
        column.stays,
        order=column.order,
        flex=column.flex,
        tone=None if column.tone is None else partial(_tone, column.tone),
        is_brief=column.is_brief,
    )


def _tone(ours: Callable[[Placed], Tone], line: Line) -> Tone:
    return "faint" if isinstance(line, Printed) else ours(line)


def _either(
    ours: Callable[[Placed], str] | None, spell: Callable[[Printed], str], line: Line
) -> str:
    if isinstance(line, Printed):
        return spell(line)
    return NO_VALUE if ours is None else ours(line)


def _source(found: Printed) -> str:
    sources = ", ".join(found.row.sources)
    return f"In print, not measured here: {found.row.system}, {sources}; {found.basis}."
