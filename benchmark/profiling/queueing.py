"""Percentiles of latencies in a queue, and how many queries bounds of them take."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from benchmark.stats.percentiles import Percentiles
from benchmark.stats.series import series_percentile, stream_percentile

_N_RELAXATIONS = {"p50": 40, "p90": 375, "p99": 3000}
"""Queries at load 0 and services of one length, chosen by simulations of loads .5 to .9.

tests/calibration holds what p50 covers at .5 and .8.
"""
_MARGIN = 1.25
"""More queries are drawn: the load that they meet is a little above or below what was asked for."""

Needed = dict[str, int | None]


class Drawn(NamedTuple):
    """How many queries come to a server, and the seconds within which they must."""

    n_queries: int
    limit_s: float


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


def n_needed_by(services_s: ArrayLike, rate_qps: float) -> Needed:
    """Tell how many queries bounds take where services were ``(n,)`` seconds."""
    services = np.asarray(services_s, dtype=np.float64)
    mean_s = float(services.mean()) if len(services) else 0.0
    variation = float(services.var()) / mean_s**2 if mean_s > 0 else 0.0
    return n_needed(rate_qps * mean_s, variation)


def draw_on(asked: Drawn, services_s: ArrayLike, rate_qps: float, draw_on_s: float) -> Drawn:
    """Take as many queries as bounds need, where those come in time.

    The number follows from the rate and from services alone, before the first query comes: who
    stopped once bounds look well would stop where no long queue happened to be seen.

    Args:
        asked: what is taken at least, and what remains where bounds take too long.
        services_s: ``(n,)``, as measured one by one.
        rate_qps: of arrivals.
        draw_on_s: for p50; p90 has half of it.
    """
    needed = n_needed_by(services_s, rate_qps)
    for name, limit_s in (("p90", draw_on_s / 2), ("p50", draw_on_s)):
        count = needed[name]
        if count is None:
            continue
        n_queries = max(math.ceil(_MARGIN * count), asked.n_queries)
        if n_queries <= rate_qps * limit_s:
            # Arrivals are random: the last of so many comes later in every second case.
            return Drawn(n_queries, max(_MARGIN * limit_s, asked.limit_s))
    return asked


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
