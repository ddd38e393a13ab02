"""How far each row of a table gets from the best floor to human captions, with an interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from benchmark.files import JsonObject
from benchmark.leaderboard.clusters import known_clusters
from benchmark.leaderboard.ranking import Standing
from benchmark.leaderboard.rows import Row
from benchmark.metrics.contributions import samples_alike
from benchmark.stats import resample
from benchmark.stats.draws import in_clusters
from benchmark.stats.ratios import ratio_interval
from benchmark.stats.samples import Array

HUMAN = "human"


class Way(NamedTuple):
    """A row's share of the way from a floor (0) to human captions (1); below 0 it is worse.

    ``low`` and ``high`` are None at both ends, and where there are no bounds or no draws.
    """

    value: float
    low: float | None
    high: float | None

    def to_json(self) -> JsonObject:
        return self._asdict()


class HumanScale(NamedTuple):
    """The scale of a table: its two ends, and where each row stands.

    Attributes:
        floor: the row that is 0, the best of the floors.
        human: the row that is 1.
        ways: row by row; None of a row without a value.
        is_bounded: False where the clips do not tell human from floor, so that no row has bounds.
    """

    floor: Row
    human: Row
    ways: tuple[Way | None, ...]
    is_bounded: bool


def find_scale(standing: Standing) -> HumanScale | None:
    """Measure how far each row gets, by the metric that ranks.

    Row, floor and human are drawn on the same clips, in whole clusters where runs know
    them; seeds add their own chance, and the interval
    is Fieller's of the ratio. The floor is the one that is best here, in every draw: it names the
    zero of the scale, and a maximum taken anew in each draw would only move that up.

    Returns:
        None where the rows have no floor, or no human row above it.
    """
    rows, ranking = standing
    worths = [ranking.worth(row) for row in rows]
    valued = [(worth, row) for row, worth in zip(rows, worths, strict=True) if worth is not None]
    floors = [pair for pair in valued if pair[1].rung == "floor"]
    humans = [pair for pair in valued if pair[1].system == HUMAN]
    if not floors or not humans:
        return None
    zero, floor = max(floors, key=lambda pair: pair[0])
    one, human = max(humans, key=lambda pair: pair[0])
    if one <= zero:
        return None
    bounds = _Bounds(standing, floor, human)
    ways = tuple(
        None if worth is None else Way((worth - zero) / (one - zero), *bounds.find(row))
        for row, worth in zip(rows, worths, strict=True)
    )
    return HumanScale(floor, human, ways, bounds.are_there or not bounds.can_be_drawn)


class _Bounds:
    """Draws of all rows that can be resampled, and what they say of a row."""

    def __init__(self, standing: Standing, floor: Row, human: Row) -> None:
        rows, ranking = standing
        self._key = ranking.key
        self._sign = 1.0 if ranking.is_higher_better else -1.0
        kept = [row for row in rows if _is_drawn(row, ranking.key)]
        self._at = {id(row): place for place, row in enumerate(kept)}
        self._floor, self._human = floor, human
        self.can_be_drawn = id(floor) in self._at and id(human) in self._at
        self._covariance = self._draw(kept) if self.can_be_drawn else np.zeros((0, 0))
        self.are_there = self.can_be_drawn and self._divide(human) is not None

    def _draw(self, rows: Sequence[Row]) -> Array:
        given = [row.contributions for row in rows if row.contributions is not None]
        clusters = known_clusters((row.record.plan for row in rows), given[0].clip_ids)
        samples = in_clusters(samples_alike(given, self._key), clusters)
        self._n_units = samples[0].n_clips
        if self._n_units < 2:
            self.can_be_drawn = False
            return np.zeros((0, 0))
        self._values = self._sign * np.array([sample.value for sample in samples])
        covariance = np.atleast_2d(np.cov(resample(samples)))
        noises = [row.seed_noise(self._key) for row in rows]
        return covariance + np.diag([noise.error**2 if noise else 0.0 for noise in noises])

    def find(self, row: Row) -> tuple[float, float] | tuple[None, None]:
        """Give a row's bounds; the two ends of the scale are what they are."""
        is_end = row is self._floor or row is self._human
        if is_end or not self.can_be_drawn or id(row) not in self._at:
            return None, None
        return self._divide(row) or (None, None)

    def _divide(self, row: Row) -> tuple[float, float] | None:
        weights = np.zeros((2, len(self._values)))
        for line, top in enumerate((row, self._human)):
            weights[line, self._at[id(top)]] += 1
            weights[line, self._at[id(self._floor)]] -= 1
        above, below = (weights @ self._values).tolist()
        covariance = weights @ self._covariance @ weights.T
        return ratio_interval(above, below, covariance, self._n_units)


def _is_drawn(row: Row, key: str) -> bool:
    contributions = row.contributions
    return contributions is not None and contributions.has(key) and contributions.n_clips > 1
