"""Many tests at once: corrected p-values, and rows of a table that cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from benchmark.stats.deciding import can_decide, draws_needed
from benchmark.stats.draws import N_TEST_DRAWS
from benchmark.stats.intervals import LEVEL
from benchmark.stats.pair_scales import PairScales
from benchmark.stats.row_swaps import RowSwaps
from benchmark.stats.samples import Array, Clusters, Sample
from benchmark.stats.seeds import SeedEffects, SeedNoise
from benchmark.stats.step_down import step_down

POWER = 0.8
"""The chance to call a true difference of the size that is said to be detectable."""


def correct_holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for being a family (Holm 1979).

    Returns:
        Adjusted p-values in the same order. Calling those at or below a level wrongly calls any
        one with a chance of that level at most, however the tests depend on each other.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(stepped, 1.0)
    return [float(value) for value in adjusted]


@dataclass(frozen=True, slots=True)
class AllPairs:
    """All rows of a table held against each other at once, in the order given.

    Each array is ``(k, k)``, of the first row less the second.

    Attributes:
        differences: of the corpus values, over the clips that both have.
        low, high: simultaneous intervals: all of them hold the true difference with a chance of
            ``level``. NaN where the clips are too few for any test.
        p_values: adjusted by step-down max-T, symmetric; 1 on the diagonal. They step down where
            the intervals do not: next to other differences that are plain, a pair may differ
            whose interval just reaches 0.
        detectable: the smallest true difference that is called with a power of 80 % after the
            correction. NaN for rows that are the same and where the clips are too few.
        level: 1 less the chance to call any pair different that is not.
        n_units: the clips, or clusters, that were swapped.
        n_unlike: those of them on which two rows are not the same.
    """

    differences: Array
    low: Array
    high: Array
    p_values: Array
    detectable: Array
    level: float
    n_units: int
    n_unlike: Array

    @property
    def can_differ(self) -> bool:
        """Whether so many clips or clusters can tell any two rows apart."""
        return can_decide(self.n_units, level=self.level)

    def differs(self, first: int, second: int) -> bool:
        """Tell whether two rows differ."""
        return bool(self.p_values[first, second] <= 1 - self.level)


def compare_all(
    samples: Sequence[Sample],
    *,
    level: float = LEVEL,
    n_draws: int = N_TEST_DRAWS,
    clusters: Clusters | None = None,
    seeds: Sequence[SeedNoise | None] | None = None,
    against: int | None = None,
) -> AllPairs:
    """Hold all rows of a table against each other by approximate randomisation.

    Whether any two rows that do not differ are called different has a chance of ``1 - level``,
    however many rows there are and whichever of the others do differ: each difference is taken
    over its standard error, all pairs go through the same swaps of clips, and the largest of them
    is what chance is asked for (step-down max-T: Westfall and Young 1993, algorithm 4.1; Romano
    and Wolf 2005, section 4). For two rows p is that of ``paired_p_values``.

    Args:
        samples: one a row, of the same metric and clips. A pair is tested on the clips that have
            a value in both.
        level: 1 less the chance that any pair is called different which is not.
        n_draws: rounds of swaps.
        clusters: the cluster of each clip; whole clusters are swapped.
        seeds: what chance the seeds of each row add, None for a row of one run: then differences
            are of methods and not of these captions.
        against: a row that all others are held against, and no others against each other (many
            to one: Dunnett 1955, by the same swaps). Such a family is smaller, and sees more; of
            all other pairs nothing is known: NaN, and a p-value of 1.

    Raises:
        ValueError: the samples are not of the same clips, there is not one ``seeds`` a row, or
            so few draws can never call a difference (``draws_needed``).
    """
    if seeds and len(seeds) != len(samples):
        raise ValueError(f"{len(seeds)} seeds for {len(samples)} rows.")
    if n_draws < draws_needed(1, level):
        raise ValueError(f"{n_draws} draws; expected {draws_needed(1, level)} or more.")
    # A pair that shares no clip has no value, and one that shares a single one no error.
    with np.errstate(invalid="ignore", divide="ignore"):
        swaps = RowSwaps.of(samples, clusters, against)
        effects = SeedEffects.of(seeds, n_draws) if seeds else None
        scales = PairScales.of(swaps, effects)
        p_values, critical = step_down(swaps, scales, level, n_draws)
        half = scales.half_widths(swaps.pairs, critical)
        # Where a value is no mean, swaps of rows that lie far apart spread otherwise than clips do.
        least = NormalDist().inv_cdf((1 + level) / 2) * scales.errors
        half = np.where(scales.is_of_means, half, np.maximum(half, least))
        far = scales.detectable(swaps.pairs, half, POWER)
    is_enough = [can_decide(int(n_units), level=level) for n_units in scales.n_units]
    tells = np.isfinite(half) & (scales.n_unlike > 0) & np.array(is_enough, dtype=bool)
    difference = scales.differences
    half = np.where(tells, half, np.nan)
    return AllPairs(
        differences=_square(swaps, difference, -difference, 0.0),
        low=_square(swaps, difference - half, -difference - half, 0.0),
        high=_square(swaps, difference + half, -difference + half, 0.0),
        p_values=_square(swaps, p_values, p_values, 1.0),
        detectable=_square(swaps, np.where(tells, far, np.nan), None, np.nan),
        level=level,
        n_units=swaps.rows[0].n_clips,
        n_unlike=_square(swaps, scales.n_unlike.astype(float), None, 0.0),
    )


def _square(swaps: RowSwaps, above: Array, below: Array | None, diagonal: float) -> Array:
    """Lay pairs out row by row; ``below`` is what stands there the other way round."""
    firsts, seconds = swaps.pairs
    unknown = 1.0 if diagonal == 1 else np.nan  # of pairs that are not held
    cells = np.full((len(swaps.rows), len(swaps.rows)), unknown)
    np.fill_diagonal(cells, diagonal)
    cells[firsts, seconds] = above
    cells[seconds, firsts] = above if below is None else below
    return cells


def find_tiers(pairs: AllPairs, *, is_higher_better: bool = True) -> list[int]:
    """Sort the rows of a table, best first, into tiers that can be told apart.

    A new tier begins where every row above differs from every row below, and is the better of the
    two on the clips that they share: as the clusters of WMT's tables (Bojar et al. 2014, section
    3.2) do. So two rows of different tiers always differ. Two rows of one tier may: the first and
    the last do where rows between them differ from neither, and ``pairs`` says which.

    Args:
        pairs: of the rows, best first.
        is_higher_better: whether more is better in the metric.

    Returns:
        The tier of each row; the first is 1, and they rise along the table.
    """
    sign = 1.0 if is_higher_better else -1.0
    is_better = (pairs.p_values <= 1 - pairs.level) & (sign * pairs.differences > 0)
    tiers = [1]
    for row in range(1, len(is_better)):
        tiers.append(tiers[-1] + bool(is_better[:row, row:].all()))
    return tiers
