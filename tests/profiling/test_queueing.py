"""How many queries bounds of a server's percentiles take."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.profiling.queueing import Drawn, draw_on, n_needed, queue_percentiles


def test_a_busier_or_more_variable_server_takes_more_queries():
    assert n_needed(0.5, 0) == {"p50": 160, "p90": 1500, "p99": 12000}
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


@pytest.mark.parametrize(
    ("service_s", "found"),
    [
        (0.001, Drawn(11719, 75.0)),  # p90 takes 15 s
        (0.01, Drawn(1250, 150.0)),  # p90 would take 146 s, p50 takes 16 s
        (0.07, Drawn(1250, 150.0)),
        (0.08, Drawn(400, 20.0)),  # p50 would take 125 s
    ],
)
def test_queries_go_on_until_what_bounds_take_if_it_comes_in_time(service_s, found):
    asked = Drawn(400, 20.0)
    assert draw_on(asked, [service_s] * 9, 0.8 / service_s, 120.0) == found
    assert draw_on(asked, [service_s] * 9, 0.8 / service_s, 0.0) == asked


def test_more_queries_than_bounds_take_stay_and_a_queue_that_grows_is_not_drawn_on():
    assert draw_on(Drawn(2000, 20.0), [0.01] * 9, 80.0, 120.0) == Drawn(2000, 150.0)
    assert draw_on(Drawn(400, 20.0), [0.01] * 9, 100.0, 120.0) == Drawn(400, 20.0)
    assert draw_on(Drawn(400, 20.0), [0.01] * 9, 99.9999, 120.0) == Drawn(400, 20.0)
