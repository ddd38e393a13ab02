"""Tests of two systems on the same clips, for any corpus value that is kept as a sample.

Koehn (2004) brought the paired bootstrap to corpus metrics, Riezler and Maxwell (2005)
approximate randomisation. Berg-Kirkpatrick et al. (2012) and Dror et al. (2018) say what goes
wrong: draws that are not paired, p-values without a shift to the null, many tests uncorrected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from benchmark.stats.deciding import smallest_p
from benchmark.stats.draws import N_TEST_DRAWS, in_clusters, randomise, resample
from benchmark.stats.intervals import interval_of_difference
from benchmark.stats.samples import Array, Clusters, Sample, count_unlike, require_same_clips

ROUNDING = 1e-10
"""Sums in another order differ by rounding: what differs by less, of a value, counts as equal."""


@dataclass(frozen=True, slots=True)
class PairedResult:
    """Two systems by one metric.

    Attributes:
        first, second: corpus values.
        low, high: 95 % interval of ``difference``, see ``interval_of_difference``.
        standard_error: of the difference, paired.
        p_bootstrap: two-sided, of the paired bootstrap (``bootstrap_p``).
        p_randomisation: two-sided, of approximate randomisation (``randomisation_p``).
        unpaired_error: the standard error if the two had been run on different clips.
        p_unpaired: two-sided, of the z-test with that error: what pairing spares.
    """

    first: float
    second: float
    low: float
    high: float
    standard_error: float
    p_bootstrap: float
    p_randomisation: float
    unpaired_error: float
    p_unpaired: float

    @property
    def difference(self) -> float:
        """First less second."""
        return self.first - self.second


def compare_pairs(
    pairs: Sequence[tuple[Sample, Sample]],
    n_draws: int = N_TEST_DRAWS,
    clusters: Clusters | None = None,
) -> list[PairedResult]:
    """Compare two systems by each of several metrics.

    Args:
        pairs: the two systems' samples by each metric, all of the same clips.
        n_draws: bootstrap draws and rounds of swaps.
        clusters: the cluster of each clip; whole clusters are drawn and swapped.

    Raises:
        ValueError: the samples are not of the same clips, or of fewer than two clips or clusters.
    """
    pairs = [(first, second) for first, second in (in_clusters(pair, clusters) for pair in pairs)]
    n_clips = require_same_clips([sample for pair in pairs for sample in pair])
    if n_clips < 2:
        raise ValueError("a test needs two clips or clusters at least.")
    draws = resample([sample for pair in pairs for sample in pair], n_draws)
    swapped = randomise(pairs, n_draws)
    return [
        _result(
            first,
            second,
            draws[2 * row],
            draws[2 * row + 1],
            swapped[row],
            _least_p([first, second]),
        )
        for row, (first, second) in enumerate(pairs)
    ]


def paired_p_values(
    pairs: Sequence[tuple[Sample, Sample]],
    n_draws: int = N_TEST_DRAWS,
    clusters: Clusters | None = None,
) -> list[float]:
    """Return the p-value of approximate randomisation for each of several pairs.

    Raises:
        ValueError: the samples are not all of the same clips.
    """
    if not pairs:
        return []
    swapped = randomise(pairs, n_draws, clusters)
    p_values = []
    for (first, second), draws in zip(pairs, swapped, strict=True):
        values = first.value, second.value
        p = randomisation_p(values[0] - values[1], draws, _rounding(*values))
        p_values.append(max(p, _least_p(in_clusters([first, second], clusters))))
    return p_values


def bootstrap_p(observed: float, draws: Array, rounding: float = 0.0) -> float:
    """Return the two-sided p-value of the paired bootstrap.

    The draws are shifted to the null of no difference by their own mean, which a corpus metric
    may have moved away from ``observed`` (Efron and Tibshirani 1993, sec. 16.4; Riezler and
    Maxwell 2005, fig. 3). Draws as far from 0 as the observed difference count, and the
    observed one with them, so that p is never 0 (Davison and Hinkley 1997, eq. 4.11).

    Args:
        observed: the difference of the corpus values.
        draws: ``(n_draws,)`` differences on bootstrap draws of the clips.
        rounding: differences that are as large as the observed one up to this count too.
    """
    return randomisation_p(observed, draws - draws.mean(), rounding)


def randomisation_p(observed: float, draws: Array, rounding: float = 0.0) -> float:
    """Return the two-sided p-value of differences drawn under the null (Noreen 1989).

    Args:
        observed: the difference of the corpus values.
        draws: ``(n_draws,)`` differences after random swaps.
        rounding: differences that are as large as the observed one up to this count too.
    """
    n_as_large = int(np.count_nonzero(np.abs(draws) >= abs(observed) - rounding))
    return (n_as_large + 1) / (len(draws) + 1)


def z_test_p(observed: float, standard_error: float, rounding: float = 0.0) -> float:
    """Return the two-sided p-value of a normal difference."""
    if abs(observed) <= rounding:
        return 1.0
    if standard_error == 0:
        return 0.0
    return 2 * NormalDist().cdf(-abs(observed) / standard_error)


def _result(
    one: Sample,
    other: Sample,
    first_draws: Array,
    second_draws: Array,
    swapped: Array,
    least_p: float,
) -> PairedResult:
    first, second = one.value, other.value
    rounding = _rounding(first, second)
    difference, draws = first - second, first_draws - second_draws
    draws[np.abs(draws) <= rounding] = 0.0
    bounds = interval_of_difference(one, other, draws)
    low, high = (0.0 if abs(bound) <= rounding else bound for bound in bounds)
    unpaired_error = float(np.hypot(first_draws.std(ddof=1), second_draws.std(ddof=1)))
    return PairedResult(
        first=first,
        second=second,
        low=low,
        high=high,
        standard_error=float(draws.std(ddof=1)),
        p_bootstrap=bootstrap_p(difference, draws, rounding),
        p_randomisation=max(randomisation_p(difference, swapped, rounding), least_p),
        unpaired_error=unpaired_error,
        p_unpaired=z_test_p(difference, unpaired_error, rounding),
    )


def _least_p(pair: Sequence[Sample]) -> float:
    """Tell the p-value of all swaps below which too few draws of them might fall by chance."""
    return smallest_p(count_unlike(*pair))


def _rounding(first: float, second: float) -> float:
    return ROUNDING * max(abs(first), abs(second))
