"""Latency figures of the profile pass."""

from __future__ import annotations

import dataclasses

import pytest

from benchmark.ledger import PrepareRow, ProfileRow
from benchmark.profile import summarise_latency

ROW = ProfileRow("toy", "a", 0.5, 1.0, True)


def calls(*seconds, audio_s=1.0):
    return [
        dataclasses.replace(ROW, clip_id=f"{i:03d}", caption_s=s, audio_s=audio_s)
        for i, s in enumerate(seconds)
    ]


def test_rtf_is_caption_seconds_over_audio_seconds():
    latency = summarise_latency(calls(0.5, 0.25, audio_s=1.5), [PrepareRow("toy", 0, 2.0)])
    assert latency.rtf == pytest.approx(0.25)
    assert latency.prepare_s == 2.0
    assert latency.n_calls == 2


def test_percentiles_need_enough_calls():
    assert summarise_latency(calls(*[0.1] * 4), []).p50_s is None
    some = summarise_latency(calls(*[0.1] * 5), [])
    assert some.p50_s == pytest.approx(0.1)
    assert some.p90_s is None
    many = summarise_latency(calls(*[i / 100 for i in range(101)]), [])
    assert (many.p50_s, many.p90_s) == (pytest.approx(0.5), pytest.approx(0.9))


def test_a_profile_of_other_captions_is_void():
    rows = [*calls(0.1, 0.1), dataclasses.replace(ROW, clip_id="x", is_same=False)]
    assert summarise_latency(rows, []).void == "1 captions differ from the quality pass"
    assert summarise_latency(calls(0.1), []).void is None


def test_without_profile_there_is_no_latency_and_without_sound_no_rtf():
    assert summarise_latency([], []) is None
    assert summarise_latency(calls(0.1, 0.1, audio_s=0.0), []).rtf is None
