"""What a profile says in JSON, and its way from the process that measures to the one that asks."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from machines import SERVER
from profiles import CALLS_S, PROFILE, SCENARIOS, TOY

from benchmark.errors import RunError
from benchmark.machine.typed_json import read_as
from benchmark.profiling.cold_start import ColdStart
from benchmark.profiling.footprint import Memory
from benchmark.profiling.offline import Batches
from benchmark.profiling.profile import Scenarios, SystemProfile
from benchmark.profiling.server import Query, Served

PERCENTILES = [
    f"{name}{part}_s" for name in ("p50", "p90", "p99") for part in ("", "_low", "_high")
]

_NUMBERS = st.floats(0, 1e9)
_REASONS = st.none() | st.text()
_SIZES = st.integers(0, 2**53)
_BATCHES = st.builds(
    Batches,
    batch_size=_SIZES,
    calls_s=st.lists(_NUMBERS, max_size=9).map(tuple),
    n_clips=_SIZES,
    audio_s=_NUMBERS,
    skipped=_REASONS,
    void=_REASONS,
)
_SERVED = st.builds(
    Served,
    rate_qps=_NUMBERS,
    n_arrived=_SIZES,
    queries=st.lists(st.builds(Query, _SIZES, _SIZES, _SIZES), max_size=9).map(tuple),
    void=_REASONS,
    load=st.none() | _NUMBERS,
)
_PROFILES = st.builds(
    dataclasses.replace,
    st.just(TOY),
    facts=st.dictionaries(st.text(), st.none() | st.booleans() | _NUMBERS | st.text() | _SIZES),
    cold_start=st.builds(ColdStart, *[_NUMBERS] * 6),
    scenarios=st.builds(
        Scenarios,
        single_stream=st.sampled_from([None, SCENARIOS.single_stream]),
        offline=st.lists(_BATCHES, max_size=3).map(tuple),
        server=st.none() | _SERVED,
    ),
)


@given(_PROFILES)
def test_a_systems_profile_crosses_from_process_to_process_unchanged(profile):
    text = json.dumps(dataclasses.asdict(profile))
    assert read_as(SystemProfile, json.loads(text), "answer.json") == profile


def test_an_answer_of_another_type_is_refused_with_where_it_stands():
    answer = json.loads(json.dumps(dataclasses.asdict(TOY)))
    answer["cold_start"]["read_s"] = "soon"
    with pytest.raises(RunError, match=r"answer\.json, cold_start\.read_s: expected `float`, got"):
        read_as(SystemProfile, answer, "answer.json")


def test_the_keys_of_a_profile_stand_in_their_order():
    record = PROFILE.to_json()
    assert list(record) == [
        *("schema", "created_at", "systems", "dataset", "scenarios", "n_queries", "limit_s"),
        *("draw_on_s", "batch_sizes", "rate_qps", "load", "seed", "device", "train", "validation"),
        *("versions", "machine"),
    ]
    assert record["dataset"] == "folder:clips:test"  # as it was found, not as it was asked for
    assert record["machine"] == SERVER.to_json()
    assert list(record["systems"]) == ["toy", "broken"]
    assert record["systems"]["broken"] == {"failure": "no weights", "traceback": "Traceback ..."}
    assert PROFILE.systems == {"toy": TOY}


def test_the_keys_of_a_systems_profile_stand_in_their_order():
    record = TOY.to_json()
    assert list(record) == [
        *("failure", "kind", "distribution", "version", "facts", "n_clips", "void", "cold_start"),
        *("memory", "size", "harness", "scenarios"),
    ]
    assert list(record["cold_start"].items()) == [
        *(("import_s", 1.0), ("plan_s", 0.25), ("prepare_s", 0.5), ("read_s", 0.125)),
        *(("first_call_s", 0.0625), ("total_s", 1.6875), ("first_prepare_s", 9.0)),
    ]
    memory = ["before_prepare_mib", "ready_mib", "peak_mib", "peak_gpu_mib"]
    assert list(record["memory"]) == memory
    assert list(record["size"]) == ["n_parameters", "parameter_mib", "artifact_mib"]
    assert list(record["harness"]) == ["n_calls", *PERCENTILES]


def test_the_keys_of_scenarios_stand_in_their_order():
    record = SCENARIOS.to_json()
    assert list(record) == ["single-stream", "offline", "server"]
    assert list(record["single-stream"])[-3:] == ["machine", "void", "calls_s"]
    assert record["single-stream"]["calls_s"] == list(CALLS_S)
    assert list(record["offline"][0]) == [
        *("batch_size", "n_calls", "n_clips", "clips_per_s", "rtf", *PERCENTILES),
        *("calls_s", "skipped", "void"),
    ]
    assert list(record["server"]) == [
        *("load", "rate_qps", "n_arrived", "n_answered", "achieved_qps", "utilisation"),
        *("mean_service_s", "mean_wait_s", *PERCENTILES, "n_for_p50", "n_for_p90"),
        *("n_for_p99", "latencies_s", "void"),
    ]
    assert Scenarios(offline=SCENARIOS.offline).to_json().keys() == {"offline"}


def test_where_the_data_lies_is_told_to_the_process_and_to_nobody_else():
    assert "data_root" not in PROFILE.to_json()


def test_a_profile_is_void_where_a_scenario_is_and_says_which():
    assert TOY.void is None
    latency = dataclasses.replace(SCENARIOS.single_stream.latency, void="2 captions differ")
    void = Scenarios(
        dataclasses.replace(SCENARIOS.single_stream, latency=latency),
        (SCENARIOS.offline[0], dataclasses.replace(SCENARIOS.offline[0], void="a call failed")),
        dataclasses.replace(SCENARIOS.server, void="overloaded"),
    )
    assert dataclasses.replace(TOY, scenarios=void).void == (
        "single-stream: 2 captions differ; offline, batches of 1: a call failed; server: overloaded"
    )


def test_memory_that_nobody_can_tell_crosses_too():
    unknown = Memory(None, None, None, None)
    footprint = dataclasses.replace(TOY.footprint, memory=unknown)
    text = json.dumps(dataclasses.asdict(dataclasses.replace(TOY, footprint=footprint)))
    assert read_as(SystemProfile, json.loads(text), "answer.json").footprint.memory == unknown
