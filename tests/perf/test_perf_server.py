"""A server under load waits as long as queueing theory promises, on a machine left alone."""

from __future__ import annotations

import numpy as np
import pytest
from sleepers import Punctual, first_pass_of

from benchmark.profiling.server import time_server


def pollaczek_khinchine_wait_s(rate_qps, services_s):
    """Mean wait of M/G/1 (Pollaczek 1930, Khinchine 1932); M/D/1's for services of one length."""
    load = rate_qps * services_s.mean()
    return rate_qps * np.mean(services_s**2) / (2 * (1 - load))


def test_a_real_server_at_80_percent_load_waits_as_long_as_theory_says(benchmark):
    # Mean waits of 2,500 arrivals scatter by about 11 % from seed to seed; those of this seed lie
    # 1 % off the theory of services of one length. Neighbours make some services longer.
    service_s, n_queries, load, seed = 0.004, 2500, 0.8, 1
    captioner = Punctual(service_s)
    first = first_pass_of(captioner)
    served = benchmark.pedantic(
        time_server,
        args=(captioner, first, load / service_s, n_queries, 60.0, seed),
        rounds=1,
        iterations=1,
    )
    record = served.to_json()
    assert (record["void"], record["n_answered"]) == (None, n_queries)
    own_s = np.mean(captioner.calls_s[-n_queries:])
    assert record["mean_service_s"] == pytest.approx(own_s, rel=0.05), "the rest is the server's"
    assert record["achieved_qps"] == pytest.approx(load / service_s, rel=0.05)
    _, starts, finishes = np.array(served.queries).T
    expected_s = pollaczek_khinchine_wait_s(load / service_s, (finishes - starts) / 1e9)
    assert record["mean_wait_s"] == pytest.approx(expected_s, rel=0.25)
    benchmark.extra_info |= {"mean wait / theory": record["mean_wait_s"] / expected_s}
