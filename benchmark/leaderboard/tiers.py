"""Which ranked rows can be told apart, and how small a gap their clips resolve."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.leaderboard.rows import RANKED_BY, Row
from benchmark.metrics.contributions import samples_alike
from benchmark.stats import Sample
from benchmark.stats.families import find_tiers
from benchmark.stats.intervals import typical_gap


def is_ranked(row: Row) -> bool:
    """Tell whether a row has a rank: complete ones on the system rung have."""
    return row.rung == "system" and row.complete


def tiers_of(rows: Sequence[Row]) -> list[int | None] | None:
    """Give each ranked row its tier; see ``find_tiers`` for what one is.

    Args:
        rows: of one table, best first.

    Returns:
        Row by row, None for a row without a rank or that cannot be resampled; None alone where
        there are no two rows, or no two clips, to tell apart.
    """
    places, samples = _resampled(rows)
    if len(places) < 2:
        return None
    tier_of = dict(zip(places, find_tiers(samples), strict=True))
    return [tier_of.get(place) for place in range(len(rows))]


def resolved_gap(rows: Sequence[Row]) -> float | None:
    """Tell the smallest true gap that the clips resolve between two ranked rows, as a rule.

    Returns:
        In the unit of the metric that ranks; None where ``tiers_of`` gives none.
    """
    return typical_gap(_resampled(rows)[1])


def _resampled(rows: Sequence[Row]) -> tuple[list[int], list[Sample]]:
    """Find the ranked rows that can be resampled: where they stand, and their samples."""
    contributions_at = {
        place: row.contributions
        for place, row in enumerate(rows)
        if is_ranked(row) and row.contributions is not None and row.contributions.has(RANKED_BY)
        if row.contributions.n_clips > 1
    }
    return list(contributions_at), samples_alike(list(contributions_at.values()), RANKED_BY)
