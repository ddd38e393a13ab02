"""Timed calls summed up as a latency."""

from __future__ import annotations

import dataclasses

import pytest
from timed_calls import ROW, calls

from benchmark.runs.entries import PrepareEntry
from benchmark.runs.timed_calls import summarise_latency, why_void


def test_rtf_is_caption_seconds_over_audio_seconds():
    latency = summarise_latency(calls(0.5, 0.25, audio_s=1.5), [PrepareEntry("toy", 0, 2.0)])
    assert latency.rtf == pytest.approx(0.25)
    assert latency.prepare_s == 2.0
    assert latency.n_calls == 2


def test_a_percentile_is_printed_once_its_bounds_exist():
    few = summarise_latency(calls(*[0.1] * 5), [])
    assert few.seconds == (None, None, None)
    some = summarise_latency(calls(*[i / 10 for i in range(1, 7)]), [])
    assert some.seconds.p50 == (pytest.approx(0.35), 0.1, 0.6)
    assert some.seconds.p90 is None
    many = summarise_latency(calls(*[389 * i % 1001 / 1000 for i in range(1001)]), [])
    assert [estimate.value for estimate in many.seconds] == pytest.approx([0.5, 0.9, 0.99])
    assert many.seconds.p99.low < 0.99 < many.seconds.p99.high


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
            for row in calls(*[0.01 * (1 + 17 * i % 41 / 50) for i in range(40)])
        ]
        return summarise_latency(rows, [])

    fast, slow = latency_at(1.0), latency_at(2.0)
    ratio = fast.relative_p50
    assert slow.seconds.p50.value == pytest.approx(2 * fast.seconds.p50.value)
    assert slow.relative_p50 == pytest.approx(ratio)
    assert ratio.value == pytest.approx(fast.seconds.p50.value / 0.005)
    assert ratio.low < ratio.value < ratio.high
    assert slow.calibration_p50_s == pytest.approx(0.01)
    assert slow.stages["encode"].relative_p50.value == pytest.approx(0.7 * ratio.value)


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


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"is_embedded": True}, "embeddings from files: encoding not measured"),
        ({"error": "OSError: no", "is_same": False}, "a call failed: OSError: no"),
        ({"is_same": False}, "1 captions differ from the quality pass"),
        ({"is_embedded": True, "error": "OSError: no"}, "embeddings from files"),
    ],
)
def test_one_call_that_is_not_what_it_should_be_voids_all(changes, reason):
    rows = [*calls(0.1, 0.2), dataclasses.replace(ROW, clip_id="x", **changes)]
    void = why_void(rows)
    assert void == reason or void.startswith(reason)


def test_a_single_call_without_calibration_leaves_no_ratio():
    rows = calls(*[0.1] * 6, calibration_s=0.005)
    assert summarise_latency(rows, []).relative_p50 is not None
    rows[3] = dataclasses.replace(rows[3], calibration_s=None)
    latency = summarise_latency(rows, [])
    assert (latency.relative_p50, latency.calibration_p50_s) == (None, None)


def test_getting_ready_is_summed_over_folds_and_the_last_machine_is_named():
    prepared = [PrepareEntry("toy", fold, 1.5) for fold in range(3)]
    rows = [*calls(0.1, machine="first"), *calls(0.1, machine="last")]
    latency = summarise_latency(rows, prepared)
    assert (latency.prepare_s, latency.machine) == (4.5, "last")


def test_a_stage_of_too_few_calls_has_a_share_and_no_median():
    stage = summarise_latency(calls(0.1, 0.1, stages={"encode": 0.05}), []).stages["encode"]
    assert (stage.p50_s, stage.share) == (None, pytest.approx(0.5))


def test_calls_that_took_no_time_have_no_shares():
    stage = summarise_latency(calls(0.0, 0.0, stages={"encode": 0.0}), []).stages["encode"]
    assert stage.share is None


def test_stages_stand_in_the_order_in_which_calls_entered_them():
    rows = [*calls(0.1, stages={"encode": 0.1}), *calls(0.1, stages={"write": 0.1, "encode": 0.1})]
    assert list(summarise_latency(rows, []).shares) == ["encode", "write"]
