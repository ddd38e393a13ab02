"""All pairs of a table's rows after one and the same swap of clips.

One matrix product a block serves all pairs: what a pair's first row sums to after a swap is its
own sum, less what it gave, and what the second gave: ``total_i - swaps @ x_i + swaps @ x_j``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from benchmark.stats.draws import in_clusters, swap_blocks
from benchmark.stats.samples import (
    Array,
    Clusters,
    Sample,
    count_unlike,
    over_shared,
    require_same_clips,
)

_CELLS_OF_BLOCK = 1 << 20

_Moves = Callable[[Array], Array]
"""Turns statistics ``(n_units, k)`` into what each of some swaps moves, ``(n_swaps, k)``."""


@dataclass(frozen=True, slots=True)
class RowSwaps:
    """The rows of a table as samples whose clips, or clusters, are swapped pair by pair.

    Attributes:
        rows: one a row; their units are clips or clusters.
        apart: the pairs in which clips have a value in one of the two alone, over the clips that
            both have; all other pairs are made from ``rows``.
        is_valued: ``(k, n_units)``, which units of a row have a value.
        against: the row that all others are held against; None is all pairs.
    """

    rows: tuple[Sample, ...]
    apart: dict[tuple[int, int], tuple[Sample, Sample]]
    is_valued: NDArray[np.bool_]
    against: int | None = None

    @staticmethod
    def of(
        samples: Sequence[Sample], clusters: Clusters | None, against: int | None = None
    ) -> RowSwaps:
        """Sort pairs by whether both rows have values of the same clips.

        Raises:
            ValueError: the samples are not of the same clips.
        """
        require_same_clips(samples)
        apart = {}
        for first, second in _pairs(len(samples), against):
            one, other = samples[first], samples[second]
            if (one.is_valued != other.is_valued).any():
                one, other = in_clusters(over_shared(one, other), clusters)
                apart[first, second] = (one, other)
        rows = tuple(in_clusters(samples, clusters))
        return RowSwaps(rows, apart, np.stack([row.is_valued for row in rows]), against)

    @property
    def pairs(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """``(n_pairs,)`` each: the first and the second row of every pair."""
        listed = np.array([*_pairs(len(self.rows), self.against)], dtype=np.intp)
        firsts, seconds = listed.reshape(-1, 2).T
        return firsts, seconds

    def differences(self) -> tuple[Array, Array]:
        """Value all pairs as they are: first less second, and the larger of the two sizes."""
        values = [(first.value, second.value) for first, second in self._samples()]
        firsts, seconds = np.array(values).reshape(-1, 2).T
        return firsts - seconds, np.maximum(np.abs(firsts), np.abs(seconds))

    def swapped(self, n_draws: int) -> Iterator[Array]:
        """Value all pairs after random swaps, some draws at a time: ``(n_pairs, n_of_block)``."""
        n_swaps = max(1, _CELLS_OF_BLOCK // len(self.rows) ** 2)
        for block in swap_blocks(self.rows[0].n_clips, n_draws):
            for start in range(0, len(block), n_swaps):
                yield self._after(partial(np.matmul, block[start : start + n_swaps]))

    def one_by_one(self) -> Iterator[Array]:
        """Value all pairs after the swap of one unit alone: ``(n_pairs, n_units_of_block)``."""
        n_swaps = max(1, _CELLS_OF_BLOCK // len(self.rows) ** 2)
        for start in range(0, self.rows[0].n_clips, n_swaps):
            yield self._after(itemgetter(slice(start, start + n_swaps)))

    def standard_errors(self) -> Array:
        """Take the jackknife's standard error of each pair's difference: ``(n_pairs,)``.

        NaN for a pair that shares fewer than two units (Efron and Tibshirani 1993, eq. 11.5; of a
        mean over clips it is the usual one).
        """
        left_out = np.stack([_leave_one_out(row) for row in self.rows])
        errors = np.full(len(self.pairs[0]), np.nan)
        for number, (first, second) in enumerate(_pairs(len(self.rows), self.against)):
            if (first, second) in self.apart:
                one, other = self.apart[first, second]
                values = _leave_one_out(one) - _leave_one_out(other)
                values = values[one.is_valued | other.is_valued]
            else:
                values = (left_out[first] - left_out[second])[self.is_valued[first]]
            if len(values) > 1:
                errors[number] = values.std() * np.sqrt(len(values) - 1)
        return errors

    def n_shared(self) -> NDArray[np.int64]:
        """Count the units that have a value in both rows of a pair: ``(n_pairs,)``."""
        return np.array(
            [(one.is_valued & other.is_valued).sum() for one, other in self._samples()],
            dtype=np.int64,
        )

    def n_unlike(self) -> NDArray[np.int64]:
        """Count the units on which the two rows of a pair are not the same: ``(n_pairs,)``."""
        return np.array([count_unlike(*pair) for pair in self._samples()], dtype=np.int64)

    def _samples(self) -> Iterator[tuple[Sample, Sample]]:
        """Give the two samples that each pair is tested on."""
        for first, second in _pairs(len(self.rows), self.against):
            yield self.apart.get((first, second), (self.rows[first], self.rows[second]))

    def _after(self, moves: _Moves) -> Array:
        moved_by_row = moves(np.concatenate([row.statistics for row in self.rows], axis=1))
        given = np.stack(np.split(moved_by_row, len(self.rows), axis=1))
        mixed = np.stack(
            [
                row.aggregate(row.statistics.sum(axis=0) - gave + given)
                for row, gave in zip(self.rows, given, strict=True)
            ]
        )
        firsts, seconds = self.pairs
        found: Array = mixed[firsts, seconds] - mixed[seconds, firsts]
        numbers = {pair: number for number, pair in enumerate(_pairs(len(self.rows), self.against))}
        for pair, (one, other) in self.apart.items():
            moved = moves(one.statistics - other.statistics)
            found[numbers[pair]] = one.aggregate(
                one.statistics.sum(axis=0) - moved
            ) - other.aggregate(other.statistics.sum(axis=0) + moved)
        return found


def _leave_one_out(sample: Sample) -> Array:
    return sample.aggregate(sample.statistics.sum(axis=0) - sample.statistics)


def _pairs(n_rows: int, against: int | None) -> Iterator[tuple[int, int]]:
    """List the pairs that are held, in the order of ``numpy.triu_indices``."""
    return (
        (first, second)
        for first in range(n_rows)
        for second in range(first + 1, n_rows)
        if against is None or against in (first, second)
    )
