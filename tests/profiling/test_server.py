"""Latency under load: against Lindley's recursion, and against what queueing theory promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sleepers import Crowded, Punctual, first_pass_of

from benchmark.profiling.server import (
    MOST_QPS,
    Query,
    Served,
    WallClock,
    poisson_arrivals,
    serve,
    time_server,
)

MS = 1_000_000


class SimulatedClock:
    """Goes on only when somebody waits or works."""

    def __init__(self):
        self.ns = 12345

    def now_ns(self):
        return self.ns

    def sleep_until(self, moment_ns):
        self.ns = max(self.ns, moment_ns)

    def work(self, ns):
        self.ns += ns
        return True


def simulate(arrivals_ns, services_ns, limit_s=1e9):
    clock = SimulatedClock()
    return serve(arrivals_ns, lambda number: clock.work(services_ns[number]), limit_s, clock)


def lindley_waits(arrivals_ns, services_ns):
    """W(n+1) = max(0, W(n) + S(n) - A(n)), A: the time between two arrivals (Lindley 1952)."""
    waits = [0]
    for gap, service in zip(np.diff(arrivals_ns).tolist(), services_ns, strict=False):
        waits.append(max(0, waits[-1] + service - gap))
    return waits


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=1, max_size=60))
def test_waits_follow_lindleys_recursion_exactly(steps):
    arrivals = np.cumsum([gap for gap, _ in steps]).tolist()
    services = [service for _, service in steps]
    served = simulate(arrivals, services)
    assert [query.start_ns - query.arrival_ns for query in served] == lindley_waits(
        arrivals, services
    )
    assert [query.finish_ns - query.start_ns for query in served] == services


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_a_simulated_server_waits_as_long_as_m_d_1_does(load):
    """Mean wait rho * s / (2 * (1 - rho)): Pollaczek and Khinchine, for a service of one length."""
    service_s, n_queries = 0.01, 200_000
    arrivals = poisson_arrivals(load / service_s, n_queries, seed=0).tolist()
    served = simulate(arrivals, [round(service_s * 1e9)] * n_queries)
    mean_wait_s = np.mean([query.start_ns - query.arrival_ns for query in served]) / 1e9
    assert mean_wait_s == pytest.approx(load * service_s / (2 * (1 - load)), rel=0.04)


def test_a_real_server_measures_the_waits_that_its_services_cause():
    service_s, n_queries = 0.004, 200
    captioner = Punctual(service_s)
    served = time_server(captioner, first_pass_of(captioner), 200.0, n_queries, 60.0, seed=1)
    record = served.to_json()
    assert (record["void"], record["n_answered"]) == (None, n_queries)
    arrivals, starts, finishes = np.array(served.queries).T
    assert (starts >= arrivals).all()
    assert (starts[1:] >= finishes[:-1]).all(), "one at a time"
    assert (finishes - starts >= service_s * 1e9).all()
    waits_s = (starts - arrivals) / 1e9
    assert record["mean_wait_s"] == pytest.approx(waits_s.mean())
    # Whatever a neighbour does to the processor, nobody waits less than Lindley's recursion says.
    assert (starts - arrivals >= lindley_waits(arrivals, (finishes - starts).tolist())).all()
    assert min(record["latencies_s"]) >= service_s
    assert record["p50_s"] is None  # at a load of .8 and more so few queries bound nothing


def test_arrivals_are_poisson_and_the_seed_decides_them():
    arrivals = poisson_arrivals(50.0, 20_000, seed=1)
    gaps_s = np.diff(arrivals) / 1e9
    assert gaps_s.mean() == pytest.approx(0.02, rel=0.02)
    assert gaps_s.std() == pytest.approx(gaps_s.mean(), rel=0.03)
    per_second = np.bincount(arrivals // 1_000_000_000)[:-1]
    assert per_second.var() == pytest.approx(per_second.mean(), rel=0.2)
    assert (arrivals == poisson_arrivals(50.0, 20_000, seed=1)).all()
    assert (arrivals != poisson_arrivals(50.0, 20_000, seed=2)).any()


def test_nothing_begins_after_the_time_is_up():
    served = simulate([0, 10 * MS, 20 * MS, 3000 * MS], [1200 * MS] * 4, limit_s=2)
    assert served == [Query(0, 0, 1200 * MS), Query(10 * MS, 1200 * MS, 2400 * MS)]


def test_a_server_that_falls_behind_says_so():
    captioner = Punctual(0.02)
    served = time_server(captioner, first_pass_of(captioner), 500.0, 200, 0.2, seed=0)
    assert served.void.startswith("overloaded: ")
    assert served.void.endswith("clips were still waiting when time was up")
    assert served.n_arrived > len(served.queries)


def test_other_captions_and_failed_calls_void_it():
    class Changing:
        n_calls = 0

        def caption(self, clips):
            self.n_calls += 1
            if self.n_calls == 12:
                raise MemoryError("out of memory")
            return ["one" if self.n_calls < 8 else "another"]

    captioner = Changing()
    served = time_server(captioner, first_pass_of(captioner), 1000.0, 5, 10.0, seed=0)
    assert served.void == "3 captions differ from the first pass"
    served = time_server(captioner, first_pass_of(Crowded()), 1000.0, 5, 10.0, seed=0)
    assert served.void == "a call failed: MemoryError: out of memory"


def test_a_rate_without_arrivals_or_beyond_the_clock_is_no_measurement():
    first = first_pass_of(Crowded())
    slow = time_server(Crowded(), first, 0.001, 10, 0.1, seed=0).to_json()
    assert slow["void"] == "none came within 0.1 s at 0.001 a second"
    assert (slow["n_answered"], slow["mean_wait_s"], slow["p50_s"]) == (0, None, None)
    fast = time_server(Crowded(), first, 2.0 * MOST_QPS, 10, 0.1, seed=0)
    assert "10,000 a second" in fast.void


def test_the_wall_clock_wakes_on_time():
    clock = WallClock()
    late_ns = []
    for _ in range(20):
        moment = clock.now_ns() + 5 * MS
        clock.sleep_until(moment)
        late_ns.append(clock.now_ns() - moment)
    assert min(late_ns) >= 0
    assert np.median(late_ns) < MS


def served_at(load, n_queries):
    arrivals = poisson_arrivals(load * 100, n_queries, seed=0).tolist()
    services = np.random.default_rng(0).normal(1e7, 1e4, n_queries).astype(int).tolist()
    queries = tuple(simulate(arrivals, services))
    return Served(load * 100, n_queries, queries)


def test_percentiles_are_told_from_as_many_queries_on_as_the_load_takes():
    few, many = served_at(0.8, 500), served_at(0.8, 1100)
    assert few.seconds == (None, None, None)
    assert 990 <= few.n_needed["p50"] <= 1010
    assert few.shortage.startswith("500 queries at this load bound too little: p50 some 1,0")
    assert many.seconds.p50.is_bounded
    assert "p50" not in many.shortage
    assert many.seconds.p90 is None


def test_a_queue_that_grows_on_has_no_percentiles_and_says_why():
    served = served_at(1.2, 200)
    assert served.seconds == (None, None, None)
    assert served.shortage.startswith("no percentiles: clips came faster")
    assert served.to_json()["n_for_p50"] is None
