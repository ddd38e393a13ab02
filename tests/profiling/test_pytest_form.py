"""Times in pytest-benchmark's form, held against pytest-benchmark itself."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from machines import SERVER
from profiles import CALLS_S, PROFILE, SCENARIOS, TOY
from pytest_benchmark.stats import Stats

from benchmark.errors import UsageError
from benchmark.profiling.profile import Failure, Scenarios
from benchmark.profiling.pytest_form import _stats, to_pytest_benchmark


@given(st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=40))
def test_statistics_are_those_of_pytest_benchmark(seconds):
    theirs = Stats()
    for value in seconds:
        theirs.update(value)
    ours = _stats(seconds)
    for field in Stats.fields:
        expected = getattr(theirs, field)
        if field in ("outliers", "iqr_outliers", "stddev_outliers", "ld15iqr", "hd15iqr"):
            continue  # at a tie they turn on the last bit
        assert ours[field] == pytest.approx(expected, rel=1e-9, abs=1e-12), field
    assert ours["data"] == seconds


@pytest.mark.parametrize("n_values", [1, 2, 5, 8, 11, 30])
def test_outliers_are_those_of_pytest_benchmark(n_values):
    seconds = [0.1 + 0.01 * ((7 * i) % n_values) for i in range(n_values)]
    seconds[-1] = 9.0
    theirs = Stats()
    for value in seconds:
        theirs.update(value)
    ours = _stats(seconds)
    for field in ("outliers", "iqr_outliers", "stddev_outliers", "ld15iqr", "hd15iqr"):
        assert ours[field] == getattr(theirs, field)


def test_every_scenario_with_times_is_a_benchmark_under_its_name():
    exported = to_pytest_benchmark(PROFILE)
    names = [benchmark["fullname"] for benchmark in exported["benchmarks"]]
    assert names == [
        "bench profile::single-stream[toy]",
        "bench profile::offline[toy-1]",  # the other batch size was skipped
        "bench profile::server[toy]",
    ]
    stream, _, server = exported["benchmarks"]
    assert stream["stats"]["data"] == list(CALLS_S)
    assert server["stats"]["data"] == SCENARIOS.server.latencies_s
    assert exported["machine_info"]["cpu"] == {"brand_raw": SERVER.cpu, "count": 2}
    assert exported["machine_info"]["aac_bench"] == SERVER.to_json()


def test_a_profile_without_times_is_refused():
    latency = dataclasses.replace(SCENARIOS.single_stream.latency, void="captions differ")
    void = Scenarios(dataclasses.replace(SCENARIOS.single_stream, latency=latency))
    outcomes = {
        "failed": Failure("no weights"),
        "void": dataclasses.replace(TOY, scenarios=void),
    }
    with pytest.raises(UsageError, match="holds no times"):
        to_pytest_benchmark(dataclasses.replace(PROFILE, outcomes=outcomes))
