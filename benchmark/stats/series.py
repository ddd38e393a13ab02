"""Percentiles of times that depend on those before them, with bounds that count the dependence.

Who comes to a queue after one that waited waits too, and a machine that is slow now is slow in a
moment. So many values say less than as many independent ones, and ranks of the binomial are too
near to each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmark.stats.percentiles import Percentile, Percentiles, bound_ranks, percentile

_Values = NDArray[np.float64]

_TAIL = 0.025
_N_STEPS = 32
_SPANS = (1, 4, 16)
_FEWEST_SPANS = 8
_FEWEST_VALUES = 20
"""Fewer say nothing of how they hang together."""
_Z_DEPENDENT = 2.0
"""Each span calls 2.3 % of independent series dependent: of all, about one in twenty."""


def is_dependent(values: ArrayLike) -> bool:
    """Tell whether values follow those before them, beyond what chance does.

    Summed are the autocorrelations of ranks over the next 1, 4 and 16 values: what goes on from
    one value to the next shows in the first, what drifts slowly in the last. Ranks, because one
    call that hung would else be all that is seen.

    Args:
        values: ``(n,)``, in the order in which they came.
    """
    series = np.asarray(values, dtype=np.float64)
    n = len(series)
    spans = [span for span in _SPANS if span * _FEWEST_SPANS <= n]
    if n < _FEWEST_VALUES or series.min() == series.max():
        return False
    correlations = _rank_correlations(series)[1:]
    return any(
        float(correlations[:span].sum()) * math.sqrt(n / span) > _Z_DEPENDENT for span in spans
    )


def percentiles_of_stream(values: ArrayLike) -> Percentiles:
    """Estimate all three of times that came one after the other, most often independent.

    Where they are independent to within chance (``is_dependent``), the bounds are those of
    ``percentile``, to the digit.

    Args:
        values: ``(n,)``, in the order in which they came.
    """
    return Percentiles(*(stream_percentile(values, share) for share in (0.5, 0.9, 0.99)))


def stream_percentile(values: ArrayLike, share: float) -> Percentile | None:
    """Estimate one percentile as ``percentiles_of_stream`` does.

    Of a dependent series of ``n`` the bounds have the places that they have among ``n / tau``
    independent values, ``tau`` the integrated autocorrelation time of the ranks. That of being
    below a value is smaller for whatever is a monotone function of normal values (Lancaster
    1957), so that the bounds are rather wide.

    Returns:
        None where ``n / tau`` independent values are too few to bound it.
    """
    if not is_dependent(values):
        return percentile(values, share)
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    n = len(ordered)
    n_independent = int(n / _rank_time(values))
    ranks = bound_ranks(n_independent, share)
    if ranks is None:
        return None
    value = float(np.quantile(ordered, share))
    low, high = (n * (rank - 0.5) / n_independent - 0.5 for rank in ranks)
    return Percentile(value, float(ordered[math.floor(low)]), float(ordered[math.ceil(high)]))


def series_percentile(values: ArrayLike, share: float) -> Percentile | None:
    """Estimate a percentile of a stationary series, if it can be bounded from both sides.

    A bound is the first value, from the estimate outwards, that a test refuses to take for the
    percentile: there the number of values below is ``n * share`` by more than ``t`` standard
    errors. The error is that of the binomial times the integrated autocorrelation time ``tau`` of
    being below (Sokal 1997, eq. 2.15; initial monotone sequence of Geyer 1992, section 3.3), and
    ``t`` has ``n / tau - 1`` degrees of freedom. ``tau`` is taken about ``share``, as if the value
    tested were the percentile, not about the share that was found: a series that hardly ever came
    back to a value then says nothing about it, where the usual interval (Woodruff 1952) would be
    short. Bounds by ranks of ``n / tau`` values, of busy cycles and of batch means all cover less.

    Args:
        values: ``(n,)``, in the order in which they came.
        share: in (0, 1): 0.5 is the median. Between two values it is interpolated.

    Returns:
        None where a bound would be further out than any value.
    """
    series = np.asarray(values, dtype=np.float64)
    if not len(series):
        return None
    ordered = np.sort(series)
    middle = min(int(len(series) * share), len(series) - 1)
    below = _first(
        lambda rank: _is_refused(series <= ordered[rank], share, -1), range(middle, -1, -1)
    )
    above = _first(
        lambda rank: _is_refused(series < ordered[rank], share, 1), range(middle, len(series))
    )
    if below is None or above is None:
        return None
    low = ordered[np.searchsorted(ordered, ordered[below], side="right")]
    return Percentile(float(np.quantile(ordered, share)), float(low), float(ordered[above]))


def _first(is_true: Callable[[int], bool], ranks: range) -> int | None:
    """Find the first of ranks: in steps, then by halves, as tests cost a transform each."""
    steps = np.unique(np.linspace(0, len(ranks) - 1, min(len(ranks), _N_STEPS)).astype(int))
    before = -1
    for step in steps.tolist():
        if is_true(ranks[step]):
            break
        before = step
    else:
        return None
    while step - before > 1:
        half = (step + before) // 2
        if is_true(ranks[half]):
            step = half
        else:
            before = half
    return int(ranks[step])


def _is_refused(is_below: NDArray[np.bool_], share: float, side: int) -> bool:
    """Test whether so many values below are too few (side -1) or too many (1) for a percentile."""
    excess: _Values = np.asarray(is_below, dtype=np.float64) - share
    total = side * float(excess.sum())
    n = len(excess)
    if total <= 0:
        return False
    tau = _autocorrelation_time(excess)
    freedom = n / tau - 1
    if freedom < 1:
        return False
    from scipy import special

    error = math.sqrt(n * tau * share * (1 - share))
    return total > float(special.stdtrit(freedom, 1 - _TAIL)) * error


def _rank_time(values: ArrayLike) -> float:
    """Compute the integrated autocorrelation time of ranks."""
    return _pair_up(_rank_correlations(np.asarray(values, dtype=np.float64)))


def _rank_correlations(series: _Values) -> _Values:
    """Correlate ranks with those 0, 1, ... later: ``(n,)``; without what their own mean takes."""
    _, place, counts = np.unique(series, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place.reshape(-1)]
    products = _autocovariances(ranks - ranks.mean())
    first = products / products[0]
    # An independent series has -1/n on average, a dependent one as many times that as its time.
    centred: _Values = first + _pair_up(first + 1 / len(series)) / len(series)
    return centred


def _autocorrelation_time(excess: _Values) -> float:
    products = _autocovariances(excess)
    return _pair_up(products / products[0])


def _pair_up(correlations: _Values) -> float:
    """Sum autocorrelations while pairs of them are positive and fall; at least 1 (Geyer 1992)."""
    pairs = correlations[: len(correlations) // 2 * 2].reshape(-1, 2).sum(axis=1)
    falling = np.minimum.accumulate(pairs)
    return max(1.0, 2 * float(falling[falling > 0].sum()) - 1)


def _autocovariances(series: _Values) -> _Values:
    """Sum products of values that lie 0, 1, ... apart, by a Fourier transform: ``(n,)``."""
    n = len(series)
    spectrum = np.fft.rfft(series, 2 * n)
    products: _Values = np.fft.irfft(spectrum * spectrum.conj(), 2 * n)[:n]
    return products
