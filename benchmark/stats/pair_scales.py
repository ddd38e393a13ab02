"""How far chance moves each difference of a table, so that unlike pairs can be held together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from benchmark.stats.paired import ROUNDING
from benchmark.stats.row_swaps import RowSwaps
from benchmark.stats.samples import Array
from benchmark.stats.seeds import SeedEffects

_SEED = 20_240_103


@dataclass(frozen=True, slots=True)
class PairScales:
    """What differences are measured in; each array is ``(n_pairs,)``.

    Attributes:
        differences: of the corpus values: first less second.
        rounding: what differs by less counts as equal.
        scales: of the test: the spread of the difference under swaps of clips, which is the same
            whatever was swapped. Infinite for rows that are the same.
        balance: ``scales`` over the spread of clips and seeds: 1 but for rows of few seeds.
        clip_errors: the standard error that clips make, by the jackknife.
        seed_errors: the standard error that seeds make; 0 without seeds.
        n_units: clips or clusters with a value in both rows.
        n_unlike: those of them on which the rows are not the same.
    """

    differences: Array
    rounding: Array
    scales: Array
    balance: Array
    clip_errors: Array
    seed_errors: Array
    n_units: NDArray[np.int64]
    n_unlike: NDArray[np.int64]

    @staticmethod
    def of(swaps: RowSwaps, effects: SeedEffects | None, level: float) -> PairScales:
        """Measure all pairs.

        A difference under swaps has the variance of the sum of what each clip alone moves. Where
        rows have several seeds their chance is added. It has long tails where the seeds are few,
        and would make every pair wait for the widest: so the scale of such a pair is its quantile
        at ``level``, over that of a normal (balanced as in Beran 1988).
        """
        firsts, seconds = swaps.pairs
        differences, sizes = swaps.differences()
        rounding = ROUNDING * sizes
        squares, moved = np.zeros(len(firsts)), np.zeros(len(firsts))
        for block in swaps.one_by_one():
            shares = (differences[:, np.newaxis] - block) / 2
            squares += (shares**2).sum(axis=1)
            moved += np.abs(shares).sum(axis=1)
        scales = np.where(moved <= rounding, 0.0, np.sqrt(squares))
        balance, seed_errors = np.ones(len(firsts)), np.zeros(len(firsts))
        if effects is not None:
            seed_errors = np.hypot(effects.errors[firsts], effects.errors[seconds])
            balance = _balance(scales, effects.of_pairs(firsts, seconds), seed_errors, level)
            scales = balance * np.hypot(scales, seed_errors)
        return PairScales(
            differences=differences,
            rounding=rounding,
            scales=np.where(scales > 0, scales, np.inf),
            balance=balance,
            clip_errors=swaps.standard_errors(),
            seed_errors=seed_errors,
            n_units=swaps.n_shared(),
            n_unlike=swaps.n_unlike(),
        )

    @property
    def errors(self) -> Array:
        """``(n_pairs,)``: the standard errors of the differences."""
        return np.hypot(self.clip_errors, self.seed_errors)

    def half_widths(self, critical: float) -> Array:
        """Turn what chance exceeds seldom, in ``scales``, into half the width of intervals.

        The spread under swaps counts the difference itself as chance; taking it out again gives
        Student's statistic, so that for a mean and without seeds an interval leaves out 0 where
        the largest-difference test calls the pair, and nowhere else. Infinite or NaN where the
        clips are too few.
        """
        left = self.n_units - critical**2
        inflation = np.where(left > 0, (self.n_units - 1) / np.where(left > 0, left, 1), np.inf)
        clip_errors = self.clip_errors * np.sqrt(inflation)
        half: Array = critical * self.balance * np.hypot(clip_errors, self.seed_errors)
        return half


def _balance(clips: Array, seeds: Iterator[Array], seed_errors: Array, level: float) -> Array:
    """Tell how much further than a normal of their variance clips and seeds go at a level."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    balance = np.ones(len(clips))
    for pair, effects in enumerate(seeds):
        if seed_errors[pair] > 0:
            chance = np.random.default_rng(_SEED).normal(0.0, clips[pair], size=len(effects))
            spread = z * np.hypot(clips[pair], seed_errors[pair])
            balance[pair] = np.quantile(np.abs(chance + effects), level) / spread
    return balance
