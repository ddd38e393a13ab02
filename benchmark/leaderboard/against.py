"""All rows of a table held against one of them: a family of as many pairs as there are others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.errors import UnknownNameError, UsageError
from benchmark.files import JsonObject
from benchmark.leaderboard.clusters import known_clusters
from benchmark.leaderboard.ranking import Standing
from benchmark.leaderboard.rows import Row, ways_agree
from benchmark.leaderboard.verdicts import UNLIKE, Held, hold_pair
from benchmark.metrics.catalogue import METRICS
from benchmark.metrics.contributions import samples_alike
from benchmark.stats import N_TEST_DRAWS
from benchmark.stats.families import compare_all
from benchmark.stats.samples import Clusters


@dataclass(frozen=True, slots=True)
class Against:
    """The rows of one table, each held against one of them by the metric that ranks.

    Attributes:
        standing: the rows of the table.
        base: the row that they are held against.
        held: by place in the table how a row stands to ``base``; nothing of the base itself, and
            of rows without a value or without statistics.
    """

    standing: Standing
    base: Row
    held: dict[int, Held]

    def to_json(self, place: int) -> JsonObject | None:
        """Spell how a row stands to the base; None where it is not held."""
        if place not in self.held:
            return None
        return {"row": self.base.name, **self.held[place].figures}


def hold_against(
    standing: Standing, name: str, *, n_draws: int = N_TEST_DRAWS, clusters: Clusters | None = None
) -> Against:
    """Hold the rows of a table against one of them, all of these pairs as one family.

    Floors, ceilings and retrieval are held too. Rows whose value was not made as that of the base
    are not tested.

    Args:
        standing: the rows; rows of several seeds bring these along as chance.
        name: of the row to hold them against, as the table or ``RUN::SYSTEM`` has it.
        n_draws: rounds of swaps.
        clusters: the cluster of each clip; whole clusters are swapped.

    Raises:
        UnknownNameError: the table has no such row.
        UsageError: it has several, or the row cannot be resampled.
    """
    require_row([standing], name)
    rows, key = standing.rows, standing.ranking.key
    base = _find(rows, name)
    if not _is_sampled(rows[base], key):
        raise UsageError(
            f"{rows[base].run_title} has no statistics of {METRICS[key].label}, so that nothing "
            "can be held against it. Name another row, or another metric with --rank-by."
        )
    places = [
        place
        for place, row in enumerate(rows)
        if place == base or (_is_sampled(row, key) and ways_agree([row, rows[base]], key))
    ]
    held = {place: UNLIKE for place, row in enumerate(rows) if _is_sampled(row, key)}
    given = [rows[place].contributions for place in places]
    samples = samples_alike([each for each in given if each is not None], key)
    plans = [rows[place].record.plan for place in places]
    if len(places) > 1:
        pairs = compare_all(
            samples,
            n_draws=n_draws,
            clusters=known_clusters(plans, rows[base].record.contributions.clip_ids)
            if clusters is None
            else clusters,
            seeds=[rows[place].seed_noise(key) for place in places],
            against=places.index(base),
        )
        at_base = places.index(base)
        for at, place in enumerate(places):
            held[place] = hold_pair(pairs, at, at_base, METRICS[key])
    del held[base]
    return Against(standing, rows[base], held)


def has_row(standing: Standing, name: str) -> bool:
    """Tell whether a table has a row of that name."""
    return any(name in _names(row) for row in standing.rows)


def require_row(standings: Sequence[Standing], name: str) -> None:
    """Refuse a name that no table has.

    Raises:
        UnknownNameError: names the nearest.
    """
    if not any(has_row(standing, name) for standing in standings):
        names = [row.name for standing in standings for row in standing.rows]
        raise UnknownNameError("row to hold the others against", name, names)


def _find(rows: Sequence[Row], name: str) -> int:
    places = [place for place, row in enumerate(rows) if name in _names(row)]
    if len(places) > 1:
        several = " or ".join(rows[place].run_title for place in places)
        raise UsageError(f"{name} is the name of {len(places)} rows; say which: {several}")
    return places[0]


def _names(row: Row) -> tuple[str, ...]:
    return row.name, row.system, row.run_title


def _is_sampled(row: Row, key: str) -> bool:
    return (
        row.value(key) is not None
        and row.contributions is not None
        and row.contributions.has(key)
        and row.contributions.n_clips > 1
    )
