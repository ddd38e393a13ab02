"""Which systems are worth their time: quality against latency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmark.errors import RunError
from benchmark.leaderboard.ranking import Ranking
from benchmark.leaderboard.rows import Row, Rung
from benchmark.leaderboard.seeds import join_seeds

FRAMING: tuple[Rung, ...] = ("ceiling", "floor")


@dataclass(frozen=True, slots=True)
class Point:
    """One system between quality and latency.

    Attributes:
        name: of its row.
        rung: where the row stands on the ladder.
        latency_s: median seconds a clip.
        quality: the metric that ranks, raw; ``low`` and ``high`` bound its 95 % interval.
        is_complete: no clip failed.
    """

    name: str
    rung: Rung
    latency_s: float
    quality: float
    low: float | None
    high: float | None
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Level:
    """The quality of a ceiling or a floor: its latency means nothing."""

    name: str
    rung: Rung
    quality: float


@dataclass(frozen=True, slots=True)
class TradeOff:
    """Quality against latency of the rows of one table.

    Attributes:
        points: systems and retrieval with a latency, from fast to slow.
        front: those on the Pareto front; incomplete rows never are.
        levels: what frames them, from best to worst.
        absent: names of systems without a latency or without the metric.
        apart: names of rows that are of fewer clips than the others, because some failed.
        n_clips: scored in the table.
        ranking: the metric that quality is.
    """

    points: tuple[Point, ...]
    front: tuple[Point, ...]
    levels: tuple[Level, ...]
    absent: tuple[str, ...]
    apart: tuple[str, ...]
    n_clips: int
    ranking: Ranking = field(default_factory=Ranking)


def pareto_front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Find the points that no other one dominates.

    A point dominates another that it equals or beats in both and beats in one. Equal points do
    not dominate each other.

    Args:
        points: ``(latency, quality)`` of each: less of the first and more of the second is better.

    Returns:
        Indices into ``points``, from fast to slow.
    """
    order = sorted(range(len(points)), key=lambda at: (points[at][0], -points[at][1]))
    front: list[int] = []
    for at in order:
        if not front or points[at][1] > points[front[-1]][1] or points[at] == points[front[-1]]:
            front.append(at)
    return front


def weigh(rows: Sequence[Row], rank_by: str | None = None) -> TradeOff:
    """Set the quality of rows against their latency; runs that differ in their seed are one row.

    A row that is incomplete and of fewer clips than the others is named, and no more.

    Args:
        rows: of one table.
        rank_by: key of the metric that is quality; see ``Ranking`` for what None is.

    Raises:
        RunError: the rows are of several tables.
        UsageError: they have the metric from several models.
    """
    rows = join_seeds(rows)
    table = _only_table(rows)
    ranking = Ranking.choose([row for row in rows if row.table_key == table.table_key], rank_by)
    points, levels, absent, apart = [], [], [], []
    for name, row in zip(_names(rows), rows, strict=True):
        if row.table_key != table.table_key:
            apart.append(name)
            continue
        cell = row.metrics.get(ranking.key)
        quality = None if cell is None else cell.value
        latency_s = median_s(row)
        if row.rung in FRAMING:
            levels += [] if quality is None else [Level(name, row.rung, quality)]
        elif cell is None or quality is None or latency_s is None:
            absent.append(name)
        else:
            bounds = (cell.low, cell.high)
            points.append(Point(name, row.rung, latency_s, quality, *bounds, row.complete))
    points.sort(key=lambda point: point.latency_s)
    leading = [point for point in points if point.is_complete]
    sign = 1 if ranking.is_higher_better else -1
    front = pareto_front([(point.latency_s, sign * point.quality) for point in leading])
    levels.sort(key=lambda level: -sign * level.quality)
    return TradeOff(
        points=tuple(points),
        front=tuple(leading[at] for at in front),
        levels=tuple(levels),
        absent=tuple(absent),
        apart=tuple(apart),
        n_clips=table.n_scored,
        ranking=ranking,
    )


def median_s(row: Row) -> float | None:
    """Return a row's median latency, None where it was not measured or means nothing."""
    if row.latency is None or row.latency.void:
        return None
    p50 = row.latency.seconds.p50
    return p50.value if p50 else None


def _names(rows: Sequence[Row]) -> list[str]:
    """Name rows by their systems, and by their runs too where several have that system."""
    systems = [row.system for row in rows]
    return [
        f"{row.run}::{row.system}" if systems.count(row.system) > 1 else row.system for row in rows
    ]


def _only_table(rows: Sequence[Row]) -> Row:
    """Give a row of the table that all are of, incomplete rows over other clips aside."""
    whole = [row for row in rows if row.complete]
    counts = Counter(row.table_key for row in whole or rows)
    ((key, _),) = counts.most_common(1)
    table = next(row for row in rows if row.table_key == key)
    others = [
        row
        for row in rows
        if row.table_key != key and (row.complete or row.table_key[:2] != key[:2])
    ]
    if others:
        shown = [
            f"{row.run} ({row.label}, {row.n_scored:,} clips, ids {row.clips_sha256[:12]})"
            for row in {row.table_key: row for row in (table, *others)}.values()
        ]
        raise RunError(
            f"rows over other clips do not compare: {'; '.join(shown)}. Name runs of one table."
        )
    return table
