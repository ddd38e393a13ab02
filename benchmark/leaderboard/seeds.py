"""Joins runs that differ in their seed alone into one row: the mean, and the spread over seeds."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from statistics import fmean, stdev

from benchmark.leaderboard.rows import Row
from benchmark.metrics.contributions import Contributions
from benchmark.runs.scores import Cell
from benchmark.stats.intervals import spread_over_seeds


def join_seeds(rows: Sequence[Row]) -> list[Row]:
    """Join the rows of one system, version and table that have different seeds.

    Of a joined row values are means over seeds, the interval is that of the mean under resampled
    clips, and ``spread`` is the standard deviation over seeds. Rows that repeat a seed are
    different runs of the same thing and stay apart, as do rows that were not scored alike.
    """
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        made = frozenset((key, cell.signature) for key, cell in row.metrics.items())
        planned, train = row.record.planned, row.record.plan.train
        key = (row.table_key, row.system, planned.distribution, planned.version, train, made)
        groups.setdefault(key, []).append(row)
    return [row for group in groups.values() for row in _join(group)]


def _join(rows: Sequence[Row]) -> Sequence[Row]:
    seeds = tuple(row.record.plan.seed for row in rows)
    if len(rows) == 1 or len(set(seeds)) < len(seeds):
        return rows
    cells = {key: _join_cells(rows, key) for key in rows[0].metrics}
    row = Row(
        records=tuple(row.record for row in rows),
        metrics={key: cell for key, (cell, _) in cells.items()},
        contributions=_join_contributions(rows),
        spread={key: spread for key, (_, spread) in cells.items() if spread is not None},
    )
    return [row]


def _join_contributions(rows: Sequence[Row]) -> Contributions | None:
    given = [row.contributions for row in rows if row.contributions is not None]
    return Contributions.average(given) if len(given) == len(rows) else None


def _join_cells(rows: Sequence[Row], key: str) -> tuple[Cell, float | None]:
    cells = [row.metrics[key] for row in rows]
    values = [cell.value for cell in cells if cell.value is not None]
    if len(values) < len(cells):
        return next(cell for cell in cells if cell.value is None), None
    reason = next((cell.reason for cell in cells if cell.reason), None)
    reason = next((cell.reason for cell in cells if cell.reason), None)
    given = [row.contributions for row in rows if row.contributions and row.contributions.has(key)]
    if cells[0].low is None or len(given) < len(rows):
        return dataclasses.replace(cells[0], value=fmean(values), reason=reason), stdev(values)
    spread = spread_over_seeds([contributions.sample(key) for contributions in given])
    cell = dataclasses.replace(
        cells[0], value=spread.mean, low=spread.low, high=spread.high, reason=reason
    )
    return cell, spread.deviation
