"""Many systems by one metric, each held against each other: simultaneous intervals and tiers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.errors import DataError, UsageError
from benchmark.files import JsonObject
from benchmark.leaderboard.clusters import AskedClusters, read_clusters
from benchmark.leaderboard.likeness import tell_apart
from benchmark.leaderboard.ranking import Standing, group_rows
from benchmark.leaderboard.rows import Row, ways_agree
from benchmark.leaderboard.seeds import join_seeds
from benchmark.leaderboard.tiers import RankedPairs, compare_ranked
from benchmark.leaderboard.verdicts import Held, hold_pair
from benchmark.metrics.catalogue import METRICS
from benchmark.stats import N_TEST_DRAWS
from benchmark.stats.deciding import draws_needed
from benchmark.stats.samples import Clusters


@dataclass(frozen=True, slots=True)
class Matrix:
    """The ranked rows of one table, each held against each other by the metric that ranks.

    Attributes:
        standing: the rows that are held, best first.
        compared: their pairs.
        n_draws: rounds of swaps.
        left_out: rows that are not held, by title, with the reason.
    """

    standing: Standing
    compared: RankedPairs
    n_draws: int
    left_out: Mapping[str, str]

    @property
    def rows(self) -> list[Row]:
        return self.standing.rows

    @property
    def tiers(self) -> list[int | None]:
        """Of each row, as its table has it; None where the clips are too few."""
        return self.compared.tiers or [None] * len(self.rows)

    def hold(self, first: int, second: int) -> Held:
        """Look up how one row stands to another; both by place, the best row is 0."""
        key = self.standing.ranking.key
        is_alike = ways_agree([self.rows[first], self.rows[second]], key)
        return hold_pair(self.compared.pairs, first, second, METRICS[key], is_alike=is_alike)

    def pairs(self) -> Iterator[tuple[Row, Row, Held]]:
        """List all pairs, the better row first."""
        for first, row in enumerate(self.rows):
            for second in range(first + 1, len(self.rows)):
                yield row, self.rows[second], self.hold(first, second)

    def to_json(self) -> JsonObject:
        key, places = self.standing.ranking.key, self.standing.ranks()
        return {
            "dataset": str(self.rows[0].label.portable),
            "metric": key,
            "n_clips": self.rows[0].n_scored,
            "n_draws": self.n_draws,
            "level": self.compared.pairs.level,
            "scope": self.compared.scope,
            "rows": [
                {
                    "system": row.name,
                    "run": row.run,
                    "seeds": list(row.seeds),
                    "rank": rank,
                    "tier": tier,
                    "value": row.value(key),
                    "flaws": list(row.flaws),
                    "seal": row.integrity.state,
                }
                for row, rank, tier in zip(self.rows, places, self.tiers, strict=True)
            ],
            "pairs": [
                {"first": one.name, "second": other.name, **held.figures}
                for one, other, held in self.pairs()
            ],
            "left_out": dict(self.left_out),
        }


def compare_rows(
    rows: Sequence[Row],
    metric: str | None = None,
    *,
    n_draws: int = N_TEST_DRAWS,
    clusters_file: AskedClusters = None,
) -> Matrix:
    """Hold the ranked rows of a table against each other, all pairs as one family.

    Of rows over several sets of clips those of the largest table are held; the others, and rows
    without a rank, are left out with the reason. The tiers are those of the table of these rows.

    Args:
        rows: of any runs; those of several seeds are joined.
        metric: None is what the table would rank by.
        n_draws: rounds of swaps.
        clusters_file: see ``AskedClusters``; clips of one cluster are swapped together.

    Raises:
        DataError: fewer than two rows can be held, or the clusters do not fit.
        UsageError: so few draws can never call a difference, or no row has the metric.
    """
    require_draws(n_draws)
    standings = group_rows(join_seeds(rows), metric)
    standings = [Standing(tell_apart(each.rows), each.ranking) for each in standings]
    largest = max(standings, key=lambda each: (_n_ranked(each), len(each.rows)))
    if metric is not None and largest.ranking.key != metric:
        raise UsageError(
            f"no row has {METRICS[metric].label}. Compute it with `bench rescore --metrics "
            f"{metric}`, or name another with --metric."
        )
    left_out = dict(_leave_out(standings, largest))
    kept = [row for row in largest.rows if _why_not_held(row, largest.ranking.key) is None]
    held = Standing(kept, largest.ranking)
    clusters: Clusters | None = None
    if clusters_file is not None and kept and kept[0].contributions is not None:
        clip_ids = kept[0].contributions.clip_ids
        alone = np.arange(len(clip_ids))
        clusters = alone if clusters_file == "none" else read_clusters(clusters_file, clip_ids)
    compared = compare_ranked(held, n_draws=n_draws, clusters=clusters)
    if compared is None:
        reasons = "; ".join(f"{title}: {reason}" for title, reason in left_out.items())
        raise DataError(
            f"{len(kept)} ranked rows over the same clips; expected two or more to hold against "
            f"each other. {reasons}"
        )
    return Matrix(held, compared, n_draws, left_out)


def require_draws(n_draws: int) -> None:
    """Refuse so few draws that no difference could ever be called.

    Raises:
        UsageError: with the number that would do.
    """
    if n_draws < (needed := draws_needed(1)):
        raise UsageError(
            f"{n_draws:,} draws can never call a difference at 5 %; expected {needed:,} or more."
        )


def _n_ranked(standing: Standing) -> int:
    return sum(map(standing.ranking.has_rank, standing.rows))


def _leave_out(standings: Sequence[Standing], largest: Standing) -> Iterator[tuple[str, str]]:
    """Say of each row that is not held why it is not."""
    label = largest.rows[0].label.portable
    for standing in standings:
        for row in standing.rows:
            if standing is largest:
                why = _why_not_held(row, largest.ranking.key)
            elif row.label.portable != label:
                why = f"of {row.label.portable}, not of {label}"
            else:
                why = (
                    f"over {row.n_scored:,} other clips; `bench compare` of two rows takes those "
                    "that both have"
                )
            if why is not None:
                yield row.run_title, why


def _why_not_held(row: Row, key: str) -> str | None:
    label = METRICS[key].label
    if row.rung != "system":
        return f"not ranked ({row.rung})"
    if not row.complete:
        return f"incomplete ({', '.join(row.flaws)})"
    if row.value(key) is None:
        cell = row.metrics.get(key)
        return f"no {label}: {(cell and cell.reason) or 'not computed'}"
    if row.contributions is None or not row.contributions.has(key):
        return f"no statistics of {label}"
    return None
