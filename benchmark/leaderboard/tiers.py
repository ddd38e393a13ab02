"""Which ranked rows can be told apart, and how small a gap their clips resolve."""

from __future__ import annotations

from benchmark.leaderboard.ranking import Standing
from benchmark.metrics.contributions import samples_alike
from benchmark.stats import Sample
from benchmark.stats.families import compare_all, find_tiers
from benchmark.stats.intervals import typical_gap


def tiers_of(standing: Standing) -> list[int | None] | None:
    """Give each ranked row its tier; see ``find_tiers`` for what one is.

    Returns:
        Row by row, None for a row without a rank or that cannot be resampled; None alone where
        there are no two rows, or no two clips, to tell apart.
    """
    places, samples = _resampled(standing)
    if len(places) < 2:
        return None
    tiers = find_tiers(compare_all(samples), is_higher_better=standing.ranking.is_higher_better)
    tier_of = dict(zip(places, tiers, strict=True))
    return [tier_of.get(place) for place in range(len(standing.rows))]


def resolved_gap(standing: Standing) -> float | None:
    """Tell the smallest true gap that the clips resolve between two ranked rows, as a rule.

    Returns:
        In the unit of the metric that ranks; None where ``tiers_of`` gives none.
    """
    return typical_gap(_resampled(standing)[1])


def _resampled(standing: Standing) -> tuple[list[int], list[Sample]]:
    """Find the ranked rows that can be resampled: where they stand, and their samples."""
    rows, ranking = standing
    contributions_at = {
        place: row.contributions
        for place, row in enumerate(rows)
        if ranking.has_rank(row) and row.contributions and row.contributions.has(ranking.key)
        if row.contributions.n_clips > 1
    }
    return list(contributions_at), samples_alike(list(contributions_at.values()), ranking.key)
