"""How far chance moves each difference of a table, so that unlike pairs can be held together."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from benchmark.stats.paired import ROUNDING
from benchmark.stats.row_swaps import RowSwaps
from benchmark.stats.samples import Array, Rows
from benchmark.stats.seeds import SeedEffects

_SEED = 20_240_103
_N_AGAIN = 2000
_Z = np.linspace(0.0, 4.0, 161)


@dataclass(frozen=True, slots=True)
class PairScales:
    """What differences are measured in; each array is ``(n_pairs,)``.

    Attributes:
        differences: of the corpus values: first less second.
        rounding: what differs by less counts as equal.
        scales: the spread of the difference under swaps of clips, which is the same whatever was
            swapped. Infinite for rows that are the same.
        clip_errors: the standard error that clips make, by the jackknife.
        seed_errors: the standard error that seeds make; 0 without seeds.
        n_units: clips or clusters with a value in both rows.
        n_unlike: those of them on which the rows are not the same.
        effects: what the seeds add, draw by draw, by the number of the pair; none of a pair
            without seeds.
        sizes: ``(len(_Z),)`` by the number of such a pair: how large a difference clips and seeds
            make as rarely as a normal deviate reaches ``_Z``.
    """

    differences: Array
    rounding: Array
    scales: Array
    clip_errors: Array
    seed_errors: Array
    n_units: NDArray[np.int64]
    n_unlike: NDArray[np.int64]
    effects: SeedEffects | None
    sizes: dict[int, Array]

    @staticmethod
    def of(swaps: RowSwaps, effects: SeedEffects | None) -> PairScales:
        """Measure all pairs.

        A difference under swaps has the variance of the sum of what each clip alone moves.
        """
        firsts, seconds = swaps.pairs
        differences, values = swaps.differences()
        rounding = ROUNDING * values
        squares, moved = np.zeros(len(firsts)), np.zeros(len(firsts))
        for block in swaps.one_by_one():
            shares = (differences[:, np.newaxis] - block) / 2
            squares += (shares**2).sum(axis=1)
            moved += np.abs(shares).sum(axis=1)
        spread = np.where(moved <= rounding, 0.0, np.sqrt(squares))
        sizes, seed_errors = {}, np.zeros(len(firsts))
        if effects is not None:
            seed_errors = np.hypot(effects.errors[firsts], effects.errors[seconds])
            for pair in np.flatnonzero(seed_errors).tolist():
                drawn = effects.of_pair(int(firsts[pair]), int(seconds[pair]))
                sizes[pair] = _sizes(spread[pair], drawn, _Z)
        return PairScales(
            differences=differences,
            rounding=rounding,
            scales=np.where(spread > 0, spread, np.inf),
            clip_errors=swaps.standard_errors(),
            seed_errors=seed_errors,
            n_units=swaps.n_shared(),
            n_unlike=swaps.n_unlike(),
            effects=effects,
            sizes=sizes,
        )

    @property
    def errors(self) -> Array:
        """``(n_pairs,)``: the standard errors of the differences."""
        return np.hypot(self.clip_errors, self.seed_errors)

    @property
    def is_of_means(self) -> NDArray[np.bool_]:
        """``(n_pairs,)``: whether values are means over clips, by how swaps and clips spread."""
        n = self.n_units
        expected = (self.clip_errors**2 * (n - 1) + self.differences**2) / np.maximum(n, 1)
        return np.asarray(np.isclose(self.scales**2, expected, rtol=1e-6))

    def measure(self, sizes: Array) -> Array:
        """Turn sizes of differences, ``(n_pairs, n)``, into what all pairs share.

        Of clips alone that is multiples of their spread. The seeds of few runs have long tails,
        for which every other pair would wait: theirs are the normal deviates that are as rare.
        """
        measured: Array = sizes / self.scales[:, np.newaxis]
        for pair, as_rare in self.sizes.items():
            measured[pair] = np.interp(sizes[pair], as_rare, _Z)
        return measured

    def half_widths(self, pairs: tuple[Rows, Rows], critical: float) -> Array:
        """Turn what chance exceeds seldom, as ``measure`` gives it, into half an interval.

        The spread under swaps counts the difference itself as chance; taking it out again gives
        Student's statistic, so that for a mean and without seeds an interval leaves out 0 where
        the test of the largest difference calls the pair, and nowhere else. Infinite or NaN where
        the clips are too few.
        """
        left = self.n_units - critical**2
        inflation = np.where(left > 0, (self.n_units - 1) / np.where(left > 0, left, 1), np.inf)
        clip_errors = self.clip_errors * np.sqrt(inflation)
        half: Array = critical * clip_errors
        if self.effects is not None:
            for pair in self.sizes:
                drawn = self.effects.of_pair(int(pairs[0][pair]), int(pairs[1][pair]))
                if np.isfinite(clip_errors[pair]):
                    half[pair] = _sizes(clip_errors[pair], drawn, np.array([critical]))[0]
        return half

    def detectable(self, pairs: tuple[Rows, Rows], half: Array, power: float) -> Array:
        """Tell the smallest true differences that are called at a power: ``(n_pairs,)``.

        The spread of few seeds is a guess, and that of as many others another one: there it is
        the quantile, at the power, of what half an interval and chance then come to.
        """
        far: Array = half + NormalDist().inv_cdf(power) * self.errors
        if self.effects is None:
            return far
        rng = np.random.default_rng(_SEED)
        chance = rng.normal(size=_N_AGAIN)
        again = self.effects.spread_again(rng, _N_AGAIN)
        for pair in self.sizes:
            squares = again[pairs[0][pair]] + again[pairs[1][pair]] + self.clip_errors[pair] ** 2
            halves = half[pair] * np.sqrt(squares) / self.errors[pair]
            far[pair] = np.quantile(halves + self.errors[pair] * chance, power)
        return far


def _sizes(spread: float, effects: Array, deviates: Array) -> Array:
    """Tell how large clips and seeds together get, as rarely as a normal gets to ``deviates``."""
    clips = np.random.default_rng(_SEED).normal(0.0, spread, size=len(effects))
    shares = [2 * NormalDist().cdf(deviate) - 1 for deviate in deviates.tolist()]
    sizes: Array = np.quantile(np.abs(clips + effects), shares)
    return sizes
