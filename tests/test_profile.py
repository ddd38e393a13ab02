"""Latency figures of the quality pass."""

from __future__ import annotations

import dataclasses

import pytest

from benchmark.ledger import ClipRow, PrepareRow
from benchmark.profile import summarise_latency

ROW = ClipRow("toy", 0, "a", "ok", "rain", "k", 0, 1, 0.0, 0.5, 1.0)


def calls(*seconds, audio_s=1.0):
    return [
        dataclasses.replace(ROW, clip_id=f"{i:03d}", batch=i, caption_s=s, audio_s=audio_s)
        for i, s in enumerate(seconds)
    ]


def test_rtf_is_caption_seconds_over_audio_seconds():
    latency = summarise_latency(calls(9.0, 0.5, 0.5, 0.5), [PrepareRow("toy", 0, 2.0)])
    assert latency.rtf == pytest.approx(0.5)  # the first call is warm-up
    assert latency.clips_per_s == pytest.approx(2.0)
    assert latency.prepare_s == 2.0
    assert latency.n_calls == 3


def test_percentiles_need_enough_calls():
    few = summarise_latency(calls(*[0.1] * 5), [])
    assert few.p50_s is None
    some = summarise_latency(calls(*[0.1] * 6), [])
    assert some.p50_s == pytest.approx(0.1)
    assert some.p90_s is None
    many = summarise_latency(calls(0.0, *[i / 100 for i in range(101)]), [])
    assert (many.p50_s, many.p90_s) == (pytest.approx(0.5), pytest.approx(0.9))


def test_a_batch_is_one_call():
    rows = [
        dataclasses.replace(ROW, clip_id=str(i), batch=i // 2, batch_size=2, caption_s=1.0)
        for i in range(6)
    ]
    latency = summarise_latency(rows, [])
    assert (latency.n_calls, latency.batch_size) == (2, 2)
    assert latency.rtf == pytest.approx(0.5)


def test_failed_clips_and_text_only_runs_have_no_speed():
    failed = [dataclasses.replace(ROW, state="error", caption=None)]
    assert summarise_latency(failed, []) is None
    assert summarise_latency(calls(0.1, 0.1, audio_s=0.0), []).rtf is None
