"""The table of what systems are worth, and the notes below it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from benchmark.datasets.mirrors import name_mirror
from benchmark.display.numbers import show_briefly, show_x100
from benchmark.display.tables import NO_VALUE, Column, Table
from benchmark.display.view import Tone
from benchmark.errors import listed
from benchmark.leaderboard.likeness import describe_marks
from benchmark.leaderboard.published import BestSupervised
from benchmark.leaderboard.ranking import Ranking, Standing, way_to_human
from benchmark.leaderboard.rows import Column as MetricColumn
from benchmark.leaderboard.rows import (
    Row,
    describe_integrity,
    differing_signatures,
    shared_label,
    table_columns,
)
from benchmark.leaderboard.tables.importance import order_of_metric
from benchmark.leaderboard.tables.in_print import SHARE_HEADER, show_share
from benchmark.leaderboard.tiers import resolved_gap, tiers_of
from benchmark.metrics.absent import name_absent
from benchmark.metrics.catalogue import METRICS
from benchmark.systems.roster import describe_left_out

_FIRST_PLACES = (2, 4, 5)
"""Of the three most important metrics after the one that ranks; others stand behind all else."""

PARTIAL_MARK = "†"
"""Stands behind a value that lacks clips."""


class Placed(NamedTuple):
    """A row in its table; ``place`` is its rank, or the rung that is not ranked."""

    row: Row
    place: str
    tier: int | None
    share: float | None


def quality_table(standing: Standing, best: BestSupervised | None = None) -> Table[Placed]:
    """Lay out the scores of rows over the same clips, ranked, with what else tells them apart.

    Args:
        standing: the rows.
        best: a row in print to hold them against.
    """
    group = standing.rows
    row = group[0]
    return Table(
        columns=[*_columns(standing, best)],
        rows=_place(standing),
        title=f"{shared_label(group)}, {row.n_scored:,} of {row.n_expected:,} clips "
        f"(clip ids {row.clips_sha256[:12]})",
        notes=_notes(standing, best),
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
    yield Column("way to human\n(%)", lambda placed: show_x100(placed.share, spec=".0f"), order=7)
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


def _place(standing: Standing) -> list[Placed]:
    ranks = itertools.count(1)
    rows, ranking = standing
    unknown = [None] * len(rows)
    return [
        Placed(row, str(next(ranks)) if ranking.has_rank(row) else _rung(row), tier, share)
        for row, tier, share in zip(
            rows, tiers_of(standing) or unknown, way_to_human(standing) or unknown, strict=True
        )
    ]


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


def _notes_on_partial(group: Sequence[Row]) -> list[str]:
    """Say of which clips marked values are, rows and metrics together that share it."""
    labels: dict[tuple[str, str, str], list[str]] = {}
    for row in group:
        for key, cell in row.metrics.items():
            if cell.is_partial:
                what = (row.name, _count_valued(row, key), cell.reason or "")
                labels.setdefault(what, []).append(METRICS[key].label)
    return [
        f"{PARTIAL_MARK} {', '.join(of_row)} of {system}: {clips}: {reason}"
        for (system, clips, reason), of_row in labels.items()
    ]


def _count_valued(row: Row, key: str) -> str:
    """Say of how many clips a value is; a record without statistics does not know."""
    if row.contributions is None or not row.contributions.has(key):
        return "not of all clips"
    return f"{row.contributions.n_valued(key):,} of {row.n_scored:,} clips"


def _notes(standing: Standing, best: BestSupervised | None) -> list[str]:
    group, ranking = standing
    lines = [
        "Values x100; in brackets the 95 % bootstrap interval. " + ranking.describe(group),
        *_notes_on_mirror(group[0]),
        *_notes_on_noise(standing),
        *_notes_on_best(best),
        *_notes_on_partial(group),
        *name_absent("Unavailable", table_columns(group)[1]),
    ]
    lines += [
        f"{label}: the rows were not all computed the same way; compare their signatures (json)"
        for label in differing_signatures(group)
    ]
    lines += [*describe_marks(group), *describe_integrity(group)]
    lines += [*_notes_on_left_out(group), *_notes_on_failures(group)]
    for row in group:
        if row.n_failed:
            lines.append(
                f"{row.name}: {row.n_failed} clips failed and are not scored{_name_failed(row)}"
            )
        if row.n_missing and not row.failure:
            lines.append(f"{row.name}: {row.n_missing} planned clips are not in the ledger")
        if row.n_empty:
            lines.append(f"{row.name}: {row.n_empty} captions are empty and scored as they stand")
    return lines


def _name_failed(row: Row) -> str:
    """Name the first failed clips; earlier versions did not note which they were."""
    clips = dict.fromkeys(c for record in row.records for c in record.sealed.failed_clips)
    return f": {listed([*clips], 3)}" if clips else ""


def _notes_on_failures(group: Sequence[Row]) -> list[str]:
    """Say why systems stopped, once for those that stopped alike: for the same weights, say."""
    names: dict[str, list[str]] = {}
    for row in group:
        if row.failure:
            names.setdefault(row.failure, []).append(row.name)
    return [f"{', '.join(of_failure)} stopped {failure}" for failure, of_failure in names.items()]


def _notes_on_left_out(group: Sequence[Row]) -> list[str]:
    """Say which members of line-ups the runs of these rows went without."""
    plans = (record.plan for row in group for record in row.records)
    shown = {row.system for row in group}
    left_out = dict.fromkeys(each for plan in plans for each in plan.left_out)
    return describe_left_out(each for each in left_out if each.system_name not in shown)


def _notes_on_best(best: BestSupervised | None) -> list[str]:
    if best is None:
        return []
    spelt, label = best.row.spelt[best.key], METRICS[best.key].label
    return [
        f"Of best supervised: {label} as a share of the {spelt} in print of {best.row.title}, of "
        "the supervised rows shown the one with the highest CIDEr-D."
    ]


def _show_gap(gap: float) -> str:
    text = show_x100(gap)
    return "less than 0.1" if text == "0.0" else text


def _notes_on_mirror(row: Row) -> list[str]:
    """Name the known copy of a split that has the clips of a table, or as many."""
    mirror = name_mirror(row.label, row.clips_sha256, row.n_scored)
    return [] if mirror is None else [mirror]


def _notes_on_noise(standing: Standing) -> list[str]:
    lines = []
    group, ranking = standing
    if (gap := resolved_gap(standing)) is not None:
        lines = [
            f"Rows of one tier cannot be told from its best row (paired test of {ranking.label}, "
            "Holm, 5 %).",
            f"These clips resolve {ranking.label} gaps of {_show_gap(gap)} between ranked rows "
            "(power 80 %).",
        ]
    for seeds in dict.fromkeys(row.seeds for row in group if row.seeds):
        lines.append(
            f"Means over the seeds {', '.join(map(str, seeds))}; ± is the standard deviation "
            "over seeds. Latency is that of the first."
        )
    return lines
