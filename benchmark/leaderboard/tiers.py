"""Which ranked rows can be told apart, and how small a gap their clips resolve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmark.leaderboard.clusters import known_clusters
from benchmark.leaderboard.ranking import Standing
from benchmark.leaderboard.rows import Row
from benchmark.metrics.contributions import samples_alike
from benchmark.stats.draws import N_TEST_DRAWS
from benchmark.stats.families import AllPairs, compare_all, find_tiers
from benchmark.stats.samples import Clusters
from benchmark.stats.seeds import SeedNoise

Scope = Literal["captions", "systems", "both"]


@dataclass(frozen=True, slots=True)
class RankedPairs:
    """The ranked rows of a table held against each other by the metric that ranks.

    Attributes:
        places: where the rows stand in the table, those without a rank left out.
        n_rows: of the table.
        pairs: of the ranked rows, best first.
        is_higher_better: whether more is better in the metric.
        seeds: what chance the seeds of each ranked row add; None for a row of one run.
    """

    places: tuple[int, ...]
    n_rows: int
    pairs: AllPairs
    is_higher_better: bool
    seeds: tuple[SeedNoise | None, ...]

    @property
    def tiers(self) -> list[int | None] | None:
        """Each row's tier, None for one without a rank; None alone where the clips are too few."""
        if not self.pairs.can_differ:
            return None
        found = find_tiers(self.pairs, is_higher_better=self.is_higher_better)
        tier_of = dict(zip(self.places, found, strict=True))
        return [tier_of.get(place) for place in range(self.n_rows)]

    @property
    def resolved_gap(self) -> float | None:
        """The median over pairs of the smallest true difference that the clips resolve.

        In the unit of the metric; None where all rows are the same or the clips are too few.
        """
        gaps = self.pairs.detectable[np.triu_indices(len(self.places), k=1)]
        gaps = gaps[np.isfinite(gaps)]
        return float(np.median(gaps)) if gaps.size else None

    @property
    def scope(self) -> Scope:
        """What differences are of: captions of one run each, systems over their seeds, or both."""
        if all(self.seeds):
            return "systems"
        return "both" if any(self.seeds) else "captions"


def compare_ranked(
    standing: Standing, *, n_draws: int = N_TEST_DRAWS, clusters: Clusters | None = None
) -> RankedPairs | None:
    """Hold the ranked rows of a table against each other.

    Rows of several seeds bring them along as a second source of chance. Rows that cannot be
    resampled are left out.

    Args:
        standing: the rows of a table.
        n_draws: rounds of swaps.
        clusters: the cluster of each clip; whole clusters are swapped. None is what the data set
            knows.

    Returns:
        None where there are no two rows to tell apart.
    """
    rows, ranking = standing
    ranked = {place: row for place, row in enumerate(rows) if _is_comparable(row, standing)}
    if len(ranked) < 2:
        return None
    given = [row.contributions for row in ranked.values() if row.contributions is not None]
    seeds = tuple(row.seed_noise(ranking.key) for row in ranked.values())
    samples = samples_alike(given, ranking.key)
    if clusters is None:
        clusters = known_clusters((row.record.plan for row in ranked.values()), given[0].clip_ids)
    pairs = compare_all(samples, n_draws=n_draws, clusters=clusters, seeds=seeds)
    return RankedPairs(tuple(ranked), len(rows), pairs, ranking.is_higher_better, seeds)


def tiers_of(standing: Standing) -> list[int | None] | None:
    """Give each ranked row its tier; see ``find_tiers`` for what one is.

    Returns:
        Row by row, None for a row without a rank or that cannot be resampled; None alone where
        there are no two rows, or not enough clips, to tell apart.
    """
    compared = compare_ranked(standing)
    return None if compared is None else compared.tiers


def _is_comparable(row: Row, standing: Standing) -> bool:
    key, contributions = standing.ranking.key, row.contributions
    return standing.ranking.has_rank(row) and contributions is not None and contributions.has(key)
