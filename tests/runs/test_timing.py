"""Clips under the clock, one a call."""

from __future__ import annotations

import gc
import itertools
import time
import weakref

import numpy as np
import pytest
from sleepers import CLIP_IDS, Crowded, Sleeper, first_pass_of, stream_of

from benchmark import Clip, DataError, stage
from benchmark.errors import PluginError
from benchmark.machine.calibration import Calibration
from benchmark.profiling.first_pass import take_first_pass
from benchmark.runs.timed_calls import summarise_latency


def test_a_captioner_of_50_ms_measures_50_ms_and_its_stages_30_and_20():
    clip_ids = [*CLIP_IDS, *CLIP_IDS, *CLIP_IDS, *CLIP_IDS]
    sleeper = Sleeper()
    calls = stream_of().time_calls(sleeper, clip_ids)
    encode_s, generate_s = np.array([sleeper.encode_s, sleeper.generate_s])[:, 1:]  # warm-up aside
    rows = [timed.to_entry("sleeper", f"sound of {timed.clip_id}", "m") for timed in calls]
    latency = summarise_latency(rows, [])
    assert latency.n_calls == 20
    assert latency.void is None
    assert (
        0.050
        <= latency.seconds.p50.value
        == pytest.approx(np.median(encode_s + generate_s), rel=0.02)
    )
    stages = latency.stages
    assert 0.030 <= stages["encode"].p50_s == pytest.approx(np.median(encode_s), rel=0.02)
    assert 0.020 <= stages["generate"].p50_s == pytest.approx(np.median(generate_s), rel=0.02)
    total_s = encode_s.sum() + generate_s.sum()
    assert stages["encode"].share == pytest.approx(encode_s.sum() / total_s, rel=0.03)
    assert sum(found.share for found in stages.values()) <= 1
    assert latency.rtf == pytest.approx(total_s / (20 * 0.5), rel=0.03)


def test_the_first_clip_warms_up_and_is_timed_again():
    seen = []

    class Watching:
        def caption(self, clips):
            seen.extend(clip.clip_id for clip in clips)
            return ["silence" for _ in clips]

    calls = stream_of().time_calls(Watching(), CLIP_IDS[:2])
    assert seen == ["clip-0", "clip-0", "clip-1"]
    assert [timed.clip_id for timed in calls] == ["clip-0", "clip-1"]


def test_every_clip_is_read_anew_and_how_long_that_took_is_no_part_of_its_call():
    reads = []

    def read(clip_id, rate_hz):
        reads.append(clip_id)
        with stage("decode"):
            return Clip(clip_id, np.zeros(rate_hz, np.float32), rate_hz)

    calls = stream_of(read=read).time_calls(Crowded(), ["clip-0", "clip-0"])
    assert reads == ["clip-0"] * 3
    assert [(list(timed.reading), timed.stages) for timed in calls] == [(["decode"], {})] * 2


def test_no_call_begins_after_the_time_is_up():
    calls = stream_of(limit_s=0.25).time_calls(Sleeper(), list(itertools.repeat("clip-0", 50)))
    assert 1 <= len(calls) <= 4


def test_a_system_that_is_slower_than_the_limit_is_timed_once():
    (timed,) = stream_of(limit_s=0.01).time_calls(Sleeper(), CLIP_IDS)
    assert timed.call.seconds >= 0.050


def test_sounds_of_timed_calls_are_not_kept():
    sounds = []

    def read(clip_id, rate_hz):
        sound = np.zeros(rate_hz, np.float32)
        sounds.append(weakref.ref(sound))
        return Clip(clip_id, sound, rate_hz)

    calls = stream_of(read=read).time_calls(Crowded(), [*CLIP_IDS, *CLIP_IDS])
    gc.collect()
    assert (len(calls), len(sounds)) == (10, 11)
    assert not any(sound() is not None for sound in sounds)


def test_a_call_that_fails_is_the_last_one():
    class Faulty:
        n_calls = 0

        def caption(self, clips):
            self.n_calls += 1
            return ["silence"] if self.n_calls < 3 else 1 / 0

    calls = stream_of().time_calls(Faulty(), CLIP_IDS)
    assert [timed.call.error is None for timed in calls] == [True, False]
    row = calls[-1].to_entry("faulty", "silence", "m")
    assert (row.is_same, row.error) == (False, "ZeroDivisionError: division by zero")

    class Broken:
        def caption(self, clips):
            return 1 / 0

    (only,) = stream_of().time_calls(Broken(), CLIP_IDS)
    assert isinstance(only.call.error, ZeroDivisionError)


def test_the_first_pass_is_what_scenarios_are_held_against():
    first = first_pass_of(Crowded())
    assert first.captions == dict.fromkeys(CLIP_IDS, "one of 1")
    assert [timed.clip_id for timed in first.calls] == list(CLIP_IDS)
    cycled = first.cycled(7)
    assert [clip.clip_id for clip in cycled] == [*CLIP_IDS, "clip-0", "clip-1"]
    said = ["one of 1", "one of 7", "one of 1"]
    assert first.n_differing(cycled[:3], said) == 1


def test_the_first_pass_takes_what_time_and_memory_allow():
    def take(stream, captioner, n_least):
        return len(take_first_pass(stream, captioner, CLIP_IDS, n_least).calls)

    assert take(stream_of(limit_s=0.01), Sleeper(), 1) == 1
    assert take(stream_of(), Crowded(), 1) == 5

    def read(clip_id, rate_hz):
        return Clip(clip_id, np.zeros(20 * 2**20, np.float32), rate_hz)  # 80 MiB

    assert take(stream_of(read=read), Crowded(), 1) == 2
    assert take(stream_of(read=read), Crowded(), 3) == 3


def test_a_call_of_the_first_pass_that_fails_names_the_clip():
    class Faulty:
        def caption(self, clips):
            raise ValueError("no weights")

    with pytest.raises(PluginError, match="at clip 'clip-0': ValueError: no weights"):
        first_pass_of(Faulty())

    def read(clip_id, rate_hz):
        raise DataError(f"{clip_id} is cut short")

    with pytest.raises(DataError, match="clip-0 is cut short"):
        stream_of(read=read).time_calls(Crowded(), CLIP_IDS)


def test_fixed_work_takes_milliseconds_in_one_thread():
    calibration = Calibration()
    start, start_cpu = time.perf_counter(), time.process_time()
    seconds = [calibration.seconds() for _ in range(30)]
    wall_s, cpu_s = time.perf_counter() - start, time.process_time() - start_cpu
    assert 0.001 < np.median(seconds) < 0.1
    assert cpu_s < 1.2 * wall_s
    assert sum(seconds) <= wall_s
