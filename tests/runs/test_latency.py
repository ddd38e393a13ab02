"""Latency figures of the profile pass."""

from __future__ import annotations

import dataclasses
import json

import pytest
from timed_calls import ROW, calls

from benchmark.runs.latency import summarise_latency
from benchmark.runs.ledger import PrepareRow


def test_rtf_is_caption_seconds_over_audio_seconds():
    latency = summarise_latency(calls(0.5, 0.25, audio_s=1.5), [PrepareRow("toy", 0, 2.0)])
    assert latency.rtf == pytest.approx(0.25)
    assert latency.prepare_s == 2.0
    assert latency.n_calls == 2


def test_a_percentile_is_printed_once_its_bounds_exist():
    few = summarise_latency(calls(*[0.1] * 5), [])
    assert (few.p50_s, few.p50_low_s, few.p50_high_s) == (None, None, None)
    some = summarise_latency(calls(*[i / 10 for i in range(1, 7)]), [])
    assert (some.p50_s, some.p50_low_s, some.p50_high_s) == (pytest.approx(0.35), 0.1, 0.6)
    assert some.p90_s is None
    many = summarise_latency(calls(*[i / 1000 for i in range(1001)]), [])
    assert (many.p50_s, many.p90_s, many.p99_s) == pytest.approx((0.5, 0.9, 0.99))
    assert many.p99_low_s < 0.99 < many.p99_high_s


def test_stages_have_shares_of_all_calls_and_an_absent_stage_took_no_time():
    rows = [
        dataclasses.replace(row, stages={"encode": 0.03} if at % 3 else {"generate": 0.05})
        for at, row in enumerate(calls(*[0.1] * 9))
    ]
    latency = summarise_latency(rows, [])
    assert latency.stages["encode"].p50_s == 0.03
    assert latency.stages["generate"].p50_s == 0.0
    assert latency.stages["encode"].share == pytest.approx(6 * 0.03 / 0.9)
    assert latency.stages["generate"].share == pytest.approx(3 * 0.05 / 0.9)


def test_what_comes_before_the_call_is_no_share_of_it():
    latency = summarise_latency(calls(*[0.1] * 6, reading={"decode": 0.4}), [])
    assert latency.reading["decode"].p50_s == 0.4
    assert latency.reading["decode"].share is None
    assert latency.stages == {}


def test_a_machine_that_is_twice_as_slow_has_the_same_ratios():
    def latency_at(pace):
        rows = [
            dataclasses.replace(
                row,
                caption_s=pace * row.caption_s,
                stages={"encode": pace * 0.7 * row.caption_s},
                calibration_s=pace * 0.005,
            )
            for row in calls(*[0.01 * (1 + i / 50) for i in range(40)])
        ]
        return summarise_latency(rows, [])

    fast, slow = latency_at(1.0), latency_at(2.0)
    assert slow.p50_s == pytest.approx(2 * fast.p50_s)
    assert slow.relative_p50 == pytest.approx(fast.relative_p50)
    assert slow.relative_p50_low == pytest.approx(fast.relative_p50_low)
    assert fast.relative_p50 == pytest.approx(fast.p50_s / 0.005)
    assert fast.relative_p50_low < fast.relative_p50 < fast.relative_p50_high
    assert slow.calibration_p50_s == pytest.approx(0.01)
    assert slow.stages["encode"].relative_p50 == pytest.approx(0.7 * fast.relative_p50)


def test_calls_of_before_there_was_calibration_have_no_ratios():
    latency = summarise_latency(calls(*[0.1] * 10), [])
    assert latency.relative_p50 is None
    assert latency.calibration_p50_s is None
    assert latency.machine is None


def test_a_profile_of_other_captions_is_void():
    rows = [*calls(0.1, 0.1), dataclasses.replace(ROW, clip_id="x", is_same=False)]
    assert summarise_latency(rows, []).void == "1 captions differ from the quality pass"
    assert summarise_latency(rows, [], "the first pass").void.endswith("from the first pass")
    assert summarise_latency(calls(0.1), []).void is None


def test_a_profile_with_a_failed_call_is_void_and_says_of_what():
    rows = calls(0.1, 0.1, is_same=False, error="ValueError: no")
    assert summarise_latency(rows, []).void == "a call failed: ValueError: no"


def test_without_profile_there_is_no_latency_and_without_sound_no_rtf():
    assert summarise_latency([], []) is None
    assert summarise_latency(calls(0.1, 0.1, audio_s=0.0), []).rtf is None


def test_the_record_in_the_manifest_is_plain_json():
    rows = calls(*[0.1] * 6, stages={"encode": 0.06}, calibration_s=0.005, machine="abc")
    record = json.loads(json.dumps(summarise_latency(rows, []).to_json()))
    assert record["stages"]["encode"]["share"] == pytest.approx(0.6)
    assert record["relative_p50"] == pytest.approx(20)
    assert record["machine"] == "abc"
