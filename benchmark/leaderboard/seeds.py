"""Joins runs that differ in their seed alone into one row: the mean, and the spread over seeds."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from statistics import fmean, stdev

from benchmark.leaderboard.clusters import known_clusters
from benchmark.leaderboard.rows import Row
from benchmark.metrics.contributions import Contributions
from benchmark.metrics.signature import agree_in_all
from benchmark.runs.scores import Cell
from benchmark.stats.seeds import spread_over_seeds


def join_seeds(rows: Sequence[Row]) -> list[Row]:
    """Join the rows of one system, version and table that have different seeds.

    Of a joined row values are means over seeds, the interval is that of the mean under resampled
    clips, and ``spread`` is the standard deviation over seeds. Rows that repeat a seed are
    different runs of the same thing and stay apart, as do rows that were not scored alike.
    """
    groups: dict[tuple[object, ...], list[list[Row]]] = {}
    for row in rows:
        planned, train = row.record.planned, row.record.plan.train
        made = (planned.distribution, planned.version, planned.makeup_id)
        key = (row.table_key, row.system, *made, train)
        alike = groups.setdefault(key, [])
        group = next((group for group in alike if _are_scored_alike([*group, row])), None)
        if group is None:
            alike.append([row])
        else:
            group.append(row)
    return [row for alike in groups.values() for group in alike for row in _join(group)]


def _are_scored_alike(rows: Sequence[Row]) -> bool:
    made = [{key: cell.signature for key, cell in row.metrics.items()} for row in rows]
    return all(agree_in_all(one, other) for one, other in itertools.combinations(made, 2))


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
    clusters = known_clusters((row.record.plan for row in rows), given[0].clip_ids)
    samples = [contributions.sample(key) for contributions in given]
    spread = spread_over_seeds(samples, clusters=clusters)
    cell = dataclasses.replace(
        cells[0], value=spread.mean, low=spread.low, high=spread.high, reason=reason
    )
    return cell, spread.deviation
