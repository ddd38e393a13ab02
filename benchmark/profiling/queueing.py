"""Percentiles of latencies in a queue, and how many queries bounds of them take."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from benchmark.stats.percentiles import Percentiles
from benchmark.stats.series import series_percentile, stream_percentile

_N_RELAXATIONS = {"p50": 40, "p90": 300, "p99": 3000}
"""Queries at load 0 and services of one length; tests/calibration holds what they cover."""

Needed = dict[str, int | None]


def n_needed(load: float, variation: float) -> Needed:
    """Tell how many queries bounds of each percentile take.

    A queue forgets how full it was in ``(1 + variation) / (1 - load)^2`` services, up to a factor
    (the relaxation time of its heavy-traffic limit: Whitt 1989, "Planning queueing simulations",
    section 4). The number depends on nothing that one short series of waits happened to hold: a
    queue that by chance was never long looks well known.

    Args:
        load: arrivals times the mean service, in units of time.
        variation: variance of services over their squared mean: 0 where all take as long.

    Returns:
        By percentile; None where the queue has no steady state, as it grows without bound.
    """
    if not load < 1:
        return dict.fromkeys(_N_RELAXATIONS)
    memory = (1 + variation) / (1 - load) ** 2
    return {name: math.ceil(count * memory - 1e-6) for name, count in _N_RELAXATIONS.items()}


def queue_percentiles(latencies_s: ArrayLike, n_queries: int, needed: Needed) -> Percentiles:
    """Estimate percentiles of latencies; None of each that takes more queries, or has no bounds.

    The median's bounds are those of a stream; further out waits last longer than the ranks of all
    values tell, so that there the time is that of being below the bound itself.

    Args:
        latencies_s: ``(n_queries,)``, in the order of arrival.
        n_queries: how many.
        needed: by percentile, see ``n_needed``.
    """

    def is_enough(name: str) -> bool:
        least = needed[name]
        return least is not None and n_queries >= least

    return Percentiles(
        stream_percentile(latencies_s, 0.5) if is_enough("p50") else None,
        series_percentile(latencies_s, 0.9) if is_enough("p90") else None,
        series_percentile(latencies_s, 0.99) if is_enough("p99") else None,
    )
