"""Bounds of percentiles cover in 95 of a hundred cases, also where times follow those before."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from benchmark.profiling.queueing import n_needed, queue_percentiles
from benchmark.stats.power import Rate
from benchmark.stats.series import stream_percentile


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.6])
def test_the_median_of_a_stream_lies_within_its_bounds(correlation, n_trials, tell):
    n, n_calls = n_trials(150, 2000), 100
    rng = np.random.default_rng(0)
    values = rng.normal(size=(n_calls, n))
    for at in range(1, n_calls):
        values[at] *= np.sqrt(1 - correlation**2)
        values[at] += correlation * values[at - 1]
    found = [stream_percentile(stream, 0.5) for stream in values.T]
    bounds = [each for each in found if each is not None]
    rate = Rate(sum(each.low <= norm.ppf(0.5) <= each.high for each in bounds), len(bounds))
    tell(f"p50 of {n_calls} calls, correlation {correlation}, covered", rate)
    assert len(bounds) > 0.9 * n
    assert rate.value >= 0.93 - 4 * rate.error


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_the_median_of_a_server_lies_within_its_bounds(load, n_trials, tell):
    """M/M/1: sojourns are exponential with a mean of 1 / (1 - load) services."""
    n, needed = n_trials(60, 500), n_needed(load, 1)
    n_queries = needed["p50"]
    rng = np.random.default_rng(0)
    services, gaps = rng.exponential(size=(2, n_queries, n))
    waits = np.zeros((n_queries, n))
    for at in range(1, n_queries):
        step = services[at - 1] - gaps[at - 1] / load
        waits[at] = np.maximum(0, waits[at - 1] + step)
    latencies = (waits + services).T
    found = [queue_percentiles(each, n_queries, needed).p50 for each in latencies]
    bounds = [each for each in found if each is not None]
    true = np.log(2) / (1 - load)
    rate = Rate(sum(each.low <= true <= each.high for each in bounds), len(bounds))
    tell(f"p50 of M/M/1 at load {load}, {n_queries} queries, covered", rate)
    assert len(bounds) > 0.9 * n
    assert rate.value >= 0.93 - 4 * rate.error
    short = queue_percentiles(latencies[0, :50], 50, needed)
    assert tuple(short) == (None, None, None)
