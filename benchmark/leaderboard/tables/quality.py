"""The table of what systems are worth, and the notes below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from benchmark.display.numbers import show_briefly, show_x100
from benchmark.display.tables import NO_VALUE, Column, Table
from benchmark.display.view import Tone
from benchmark.leaderboard.human_scale import HumanScale, Way, find_scale
from benchmark.leaderboard.published import BestSupervised
from benchmark.leaderboard.ranking import Ranking, Standing
from benchmark.leaderboard.rows import Column as MetricColumn
from benchmark.leaderboard.rows import (
    Row,
    shared_label,
    table_columns,
)
from benchmark.leaderboard.tables.importance import order_of_metric
from benchmark.leaderboard.tables.in_print import SHARE_HEADER, show_share
from benchmark.leaderboard.tables.notes import PARTIAL_MARK, notes_on
from benchmark.leaderboard.tiers import RankedPairs, compare_ranked
from benchmark.metrics.catalogue import METRICS

_FIRST_PLACES = (2, 4, 5)
"""Of the three most important metrics after the one that ranks; others stand behind all else."""


class Placed(NamedTuple):
    """A row in its table; ``place`` is its rank, or the rung that is not ranked."""

    row: Row
    place: str
    tier: int | None
    way: Way | None


def quality_table(
    standing: Standing, best: BestSupervised | None = None, *, tells_absent: bool = True
) -> Table[Placed]:
    """Lay out the scores of rows over the same clips, ranked, with what else tells them apart.

    Args:
        standing: the rows.
        best: a row in print to hold them against.
        tells_absent: whether its notes say which metrics no row has.
    """
    group = standing.rows
    row = group[0]
    compared, scale = compare_ranked(standing), find_scale(standing)
    return Table(
        columns=[*_columns(standing, best)],
        rows=_place(standing, compared, scale),
        title=f"{shared_label(group)}, {row.n_scored:,} of {row.n_expected:,} clips "
        f"(clip ids {row.clips_sha256[:12]})",
        notes=notes_on(standing, best, compared, scale, tells_absent=tells_absent),
        tone=lambda placed: "plain" if placed.row.rung == "system" else "faint",
    )


def header_of(column: MetricColumn) -> str:
    """Name a metric's column; the model stands on a line of its own."""
    return column.label.replace(" (", "\n(")


def _columns(standing: Standing, best: BestSupervised | None) -> Iterator[Column[Placed]]:
    group, ranking = standing
    yield Column("#", lambda placed: placed.place, stays=True, order=0, flex="none")
    yield Column("system", lambda placed: placed.row.name_with_flaws, order=0, flex="cut")
    metrics = [column for column in table_columns(group)[0] if METRICS[column.key].in_table]
    order = _order(metrics, ranking)
    for column in metrics:
        yield Column(
            header_of(column),
            partial(_mark, column, ranking),
            order=order[column],
            tone=_stress if column.key == ranking.key else None,
        )
    yield Column("tier", lambda placed: str(placed.tier or NO_VALUE), order=1)
    yield Column("p50 ms", _show_speed, order=3, is_brief=True)
    yield Column("way to human\n(%)", _show_way, order=7)
    if best is not None:
        yield Column(SHARE_HEADER, partial(_show_share, best), order=8)
    if any(row.trained_on for row in group):
        yield Column("saw data", lambda placed: placed.row.saw_data, order=6)


def _order(metrics: Sequence[MetricColumn], ranking: Ranking) -> dict[MetricColumn, int]:
    """Say in which order a terminal takes metrics: speed stands before the second of the others."""
    ranks = [column for column in metrics if column.key == ranking.key]
    others = [column for column in metrics if column.key != ranking.key]
    others.sort(key=lambda column: order_of_metric(column.key))
    first = dict(zip(others, _FIRST_PLACES, strict=False))
    return (
        {column: order_of_metric(column.key) for column in others} | first | dict.fromkeys(ranks, 0)
    )


def _stress(placed: Placed) -> Tone:
    return "strong" if placed.row.rung == "system" else "faint"


def _show_speed(placed: Placed) -> str:
    """Spell the median of a call, shortly: the table of latencies has its bounds."""
    latency = placed.row.latency
    if latency is None or latency.void or latency.seconds.p50 is None:
        return NO_VALUE
    return show_briefly(1000 * latency.seconds.p50.value)


def _place(
    standing: Standing, compared: RankedPairs | None, scale: HumanScale | None
) -> list[Placed]:
    rows = standing.rows
    unknown = [None] * len(rows)
    tiers = (compared and compared.tiers) or unknown
    ways = scale.ways if scale else unknown
    return [
        Placed(row, str(rank or _rung(row)), tier, way)
        for row, rank, tier, way in zip(rows, standing.ranks(), tiers, ways, strict=True)
    ]


def _show_way(placed: Placed) -> str:
    return NO_VALUE if placed.way is None else show_x100(*placed.way, spec=".0f")


def _rung(row: Row) -> str:
    """Name the rung of a row that is not ranked."""
    return NO_VALUE if row.rung == "system" else row.rung


def _show_metric(column: MetricColumn, ranking: Ranking, placed: Placed) -> str:
    cell, spread = column.cell(placed.row), placed.row.spread
    if cell is None or cell.value is None:
        return NO_VALUE
    if not METRICS[column.key].in_percent:
        return f"{cell.value:,.0f}"
    if column.key != ranking.key or cell.low is None or cell.high is None:
        return show_x100(cell.value)
    text = show_x100(cell.value, cell.low, cell.high)
    return f"{text} ±{show_x100(spread[column.key])}" if column.key in spread else text


def _show_share(best: BestSupervised, placed: Placed) -> str:
    return show_share(best, placed.row.value(best.key))


def _mark(column: MetricColumn, ranking: Ranking, placed: Placed) -> str:
    """Spell a cell; a value that lacks clips is marked, and a note says which and why."""
    cell = column.cell(placed.row)
    text = _show_metric(column, ranking, placed)
    return text + PARTIAL_MARK if cell and cell.is_partial else text
