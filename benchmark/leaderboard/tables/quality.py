"""The table of what systems are worth, and the notes below it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from benchmark.display.numbers import show_x100
from benchmark.display.tables import NO_VALUE, Column, Table
from benchmark.leaderboard.rows import (
    RANKED_BY,
    Row,
    differing_signatures,
    shared_label,
    table_columns,
    way_to_human,
)
from benchmark.leaderboard.rows import Column as MetricColumn
from benchmark.leaderboard.tiers import is_ranked, resolved_gap, tiers_of
from benchmark.metrics.absent import name_absent
from benchmark.metrics.catalogue import METRICS


class Placed(NamedTuple):
    """A row in its table; ``place`` is its rank, or the rung that is not ranked."""

    row: Row
    place: str
    tier: int | None
    share: float | None


def quality_table(group: Sequence[Row]) -> Table[Placed]:
    """Lay out the scores of rows over the same clips, ranked, with what else tells them apart."""
    row = group[0]
    return Table(
        columns=[*_columns(group)],
        rows=_place(group),
        title=f"{shared_label(group)}, {row.n_scored:,} of {row.n_expected:,} clips "
        f"(clip ids {row.clips_sha256[:12]})",
        notes=_notes(group),
    )


def _columns(group: Sequence[Row]) -> Iterator[Column[Placed]]:
    yield Column("#", lambda placed: placed.place, stays=True)
    yield Column("system", lambda placed: _name(placed.row))
    for column in table_columns(group)[0]:
        if METRICS[column.key].in_table:
            yield Column(column.label.replace(" (", "\n("), partial(_show_metric, column))
    yield Column("tier", lambda placed: str(placed.tier or NO_VALUE))
    yield Column("way to human\n(%)", lambda placed: show_x100(placed.share, spec=".0f"))
    if any(row.trained_on for row in group):
        yield Column("saw data", lambda placed: placed.row.saw_data)


def _place(group: Sequence[Row]) -> list[Placed]:
    ranks = itertools.count(1)
    unknown = [None] * len(group)
    return [
        Placed(row, _rung_or(row, ranks), tier, share)
        for row, tier, share in zip(
            group, tiers_of(group) or unknown, way_to_human(group) or unknown, strict=True
        )
    ]


def _rung_or(row: Row, ranks: Iterator[int]) -> str:
    """Take the next rank for a ranked row; name the rung of all others."""
    if is_ranked(row):
        return str(next(ranks))
    return NO_VALUE if row.rung == "system" else row.rung


def _name(row: Row) -> str:
    return row.system if row.complete else f"{row.system} (incomplete)"


def _show_metric(column: MetricColumn, placed: Placed) -> str:
    cell, spread = column.cell(placed.row), placed.row.spread
    if cell is None or cell.value is None:
        return NO_VALUE
    if not METRICS[column.key].in_percent:
        return f"{cell.value:,.0f}"
    if column.key != RANKED_BY or cell.low is None or cell.high is None:
        return show_x100(cell.value)
    text = show_x100(cell.value, cell.low, cell.high)
    return f"{text} ±{show_x100(spread[column.key])}" if column.key in spread else text


def _notes(group: Sequence[Row]) -> list[str]:
    lines = [
        "Values x100; in brackets the 95 % bootstrap interval. Ranked by CIDEr-D.",
        *_notes_on_noise(group),
        *name_absent("Unavailable", table_columns(group)[1]),
    ]
    lines += [
        f"{label}: the rows were not all computed the same way; compare their signatures (json)"
        for label in differing_signatures(group)
    ]
    for row in group:
        if row.failure:
            lines.append(f"{row.system} stopped {row.failure}")
        if row.n_failed:
            lines.append(f"{row.system}: {row.n_failed} clips failed and are not scored")
        if row.n_empty:
            lines.append(f"{row.system}: {row.n_empty} captions are empty and scored as they stand")
    return lines


def _notes_on_noise(group: Sequence[Row]) -> list[str]:
    lines = []
    if (gap := resolved_gap(group)) is not None:
        lines = [
            "Rows of one tier cannot be told from its best row (paired test of CIDEr-D, Holm, "
            "5 %).",
            f"These clips resolve CIDEr-D gaps of {100 * gap:.1f} between ranked rows (power "
            "80 %).",
        ]
    for seeds in dict.fromkeys(row.seeds for row in group if row.seeds):
        lines.append(
            f"Means over the seeds {', '.join(map(str, seeds))}; ± is the standard deviation "
            "over seeds. Latency is that of the first."
        )
    return lines
