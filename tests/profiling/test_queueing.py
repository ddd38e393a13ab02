"""How many queries bounds of a server's percentiles take."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.profiling.queueing import n_needed, queue_percentiles


def test_a_busier_or_more_variable_server_takes_more_queries():
    assert n_needed(0.5, 0) == {"p50": 160, "p90": 1200, "p99": 12000}
    assert n_needed(0.5, 1)["p50"] == 320
    assert n_needed(0.9, 0)["p50"] == 4000


@pytest.mark.parametrize("load", [1.0, 1.5, float("nan")])
def test_a_queue_without_a_steady_state_takes_more_than_there_are(load):
    assert set(n_needed(load, 0).values()) == {None}


def test_what_takes_more_queries_is_not_told():
    values = np.random.default_rng(0).exponential(size=400)
    found = queue_percentiles(values, 400, {"p50": 400, "p90": 401, "p99": None})
    assert found.p50.is_bounded
    assert (found.p90, found.p99) == (None, None)
