"""A latency written as JSON and read back, also of before there were bounds, stages or machines."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from timed_calls import calls

from benchmark.errors import RunError
from benchmark.runs.latency import Latency, StageTime
from benchmark.runs.timed_calls import summarise_latency
from benchmark.stats.percentiles import Percentile, Percentiles

BASELINE = Path(__file__).parents[2] / "leaderboards" / "baselines" / "soundscapes-test.json"
OLDEST = {"n_calls": 5, "p50_s": 0.5, "p90_s": None, "rtf": 0.1, "prepare_s": 2.0, "void": None}

_SECONDS = st.floats(0, 1e6)
_PERCENTILE = st.none() | st.builds(
    Percentile, _SECONDS, _SECONDS | st.just(-math.inf), _SECONDS | st.just(math.inf)
)
_STAGES = st.dictionaries(
    st.text(), st.builds(StageTime, st.none() | _SECONDS, st.none() | _SECONDS, _PERCENTILE)
)
_LATENCIES = st.builds(
    Latency,
    n_calls=st.integers(1, 10**6),
    seconds=st.builds(Percentiles, _PERCENTILE, _PERCENTILE, _PERCENTILE),
    rtf=st.none() | _SECONDS,
    prepare_s=_SECONDS,
    relative_p50=_PERCENTILE,
    calibration_p50_s=st.none() | _SECONDS,
    stages=_STAGES,
    reading=_STAGES,
    machine=st.none() | st.text(),
    void=st.none() | st.text(),
)


def record_of_six_calls():
    timed = calls(*[0.1] * 6, stages={"encode": 0.06}, calibration_s=0.005, machine="abc")
    return json.loads(json.dumps(summarise_latency(timed, []).to_json()))


@given(_LATENCIES)
def test_every_latency_is_read_back_as_it_was_written(latency):
    text = json.dumps(latency.to_json(), allow_nan=False)
    assert Latency.from_json(json.loads(text), "a run") == latency


def test_the_record_is_flat_and_its_keys_stand_in_their_order():
    record = record_of_six_calls()
    assert list(record) == [
        *("n_calls", "p50_s", "p50_low_s", "p50_high_s", "p90_s", "p90_low_s", "p90_high_s"),
        *("p99_s", "p99_low_s", "p99_high_s", "rtf", "prepare_s"),
        *("relative_p50", "relative_p50_low", "relative_p50_high", "calibration_p50_s"),
        *("stages", "reading", "machine", "void"),
    ]
    ratio = ("relative_p50", "relative_p50_low", "relative_p50_high")
    assert list(record["stages"]["encode"]) == ["p50_s", "share", *ratio]
    assert record["stages"]["encode"]["share"] == pytest.approx(0.6)
    assert [record[key] for key in ratio] == pytest.approx([20] * 3)
    assert record["machine"] == "abc"


def test_latencies_of_the_accepted_baseline_are_spelled_again_to_the_byte():
    systems = json.loads(BASELINE.read_text())["manifest"]["systems"]
    records = [system["latency"] for system in systems.values() if system["latency"]]
    assert len(records) > 5
    for record in records:
        latency = Latency.from_json(record, BASELINE)
        assert json.dumps(latency.to_json()) == json.dumps(record)


def test_the_oldest_record_is_read_and_its_median_bounds_nothing():
    latency = Latency.from_json(OLDEST, "an old run")
    assert latency.seconds == (Percentile(0.5, -math.inf, math.inf), None, None)
    assert (latency.relative_p50, latency.stages, latency.machine) == (None, {}, None)
    assert OLDEST.items() <= latency.to_json().items()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"p50_s": "fast"}, "runs/1, p50_s: expected `float | null`, got `str`"),
        ({"n_calls": 1.5}, "runs/1, n_calls: expected `int`, got `float`"),
        ({"stages": {"encode": 3}}, "runs/1, stages.encode: expected `object`, got `int`"),
        ({"stages": {"a": {"p50_s": []}}}, "runs/1, stages.a.p50_s: expected `float | null`"),
        ({"void": True}, "runs/1, void: expected `str | null`, got `bool`"),
    ],
)
def test_a_wrong_type_is_refused_with_where_it_stands(changes, message):
    with pytest.raises(RunError) as refused:
        Latency.from_json({**record_of_six_calls(), **changes}, "runs/1")
    assert str(refused.value).startswith(message)


def test_a_record_without_calls_is_refused():
    with pytest.raises(RunError, match="missing required field `n_calls`"):
        Latency.from_json({"p50_s": 1.0}, "runs/1")
