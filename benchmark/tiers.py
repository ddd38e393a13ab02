"""Which ranked rows can be told apart, and how small a gap their clips resolve."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.leaderboard import RANKED_BY, Row
from benchmark.stats import Sample
from benchmark.stats.families import find_tiers
from benchmark.stats.intervals import typical_gap


def ranked_rows(rows: Sequence[Row]) -> list[Row]:
    """List the rows that have a rank, best first: complete ones on the system rung."""
    return [row for row in rows if row.rung == "system" and row.complete]


def tiers_of(rows: Sequence[Row]) -> dict[str, int]:
    """Give each ranked row its tier, by system; see ``find_tiers`` for what one is.

    Args:
        rows: of one table, best first.

    Returns:
        Nothing where there are no two ranked rows that can be resampled.
    """
    ranked, samples = _resampled(rows)
    if len(ranked) < 2:
        return {}
    return dict(zip((row.system for row in ranked), find_tiers(samples), strict=True))


def resolved_gap(rows: Sequence[Row]) -> float | None:
    """Tell the smallest true gap that the clips resolve between two ranked rows, as a rule.

    Returns:
        In the unit of the metric that ranks; None for fewer than two ranked rows.
    """
    return typical_gap(_resampled(rows)[1])


def _resampled(rows: Sequence[Row]) -> tuple[list[Row], list[Sample]]:
    pairs = [
        (row, row.statistics.sample(RANKED_BY))
        for row in ranked_rows(rows)
        if row.statistics is not None and row.statistics.has(RANKED_BY)
    ]
    return [row for row, _ in pairs], [sample for _, sample in pairs]
