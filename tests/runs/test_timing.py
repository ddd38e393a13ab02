"""Clips under the clock, one a call."""

from __future__ import annotations

import dataclasses
import gc
import itertools
import time
import weakref

import numpy as np
import pytest
from noises import Echo, system_of
from sleepers import CLIP_IDS, Crowded, Sleeper, first_pass_of, stream_of

from benchmark import Clip, DataError, stage
from benchmark.errors import PluginError
from benchmark.machine.calibration import Calibration
from benchmark.profiling.first_pass import take_first_pass
from benchmark.runs.entrants import Entrant, prepare
from benchmark.runs.entries import ClipEntry, TimedEntry
from benchmark.runs.ledger import LedgerView
from benchmark.runs.listening import Listener
from benchmark.runs.plan import Feeding
from benchmark.runs.timed_calls import summarise_latency
from benchmark.runs.timing import needs_timing, time_again


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
    assert sum(stage.share for stage in stages.values()) <= 1
    assert latency.rtf == pytest.approx(total_s / (20 * 0.5), rel=0.03)


def test_stages_have_names_that_a_table_can_show():
    class Odd:
        def caption(self, clips):
            for name in ("\x1b[31m\ud800", "x" * 99, 7):
                with stage(name):
                    pass
            return ["silence"]

    (call,) = stream_of().time_calls(Odd(), CLIP_IDS[:1])
    assert list(call.stages) == [r"\x1b[31m\ud800", f"{'x' * 40} … (99 characters)", "7"]


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


@pytest.mark.parametrize(
    ("n_timed", "spec", "is_needed"),
    [(3, {}, True), (0, {}, False), (3, {"leave_one_out": True}, False)],
)
def test_systems_are_timed_where_it_is_asked_for_save_in_folds(noises, n_timed, spec, is_needed):
    clips = noises.clips(Feeding(n_timed=n_timed))
    assert needs_timing(system_of(Echo(), **spec), clips, LedgerView()) is is_needed


def test_a_system_that_was_timed_is_not_timed_again_and_another_is(noises):
    clips, view = noises.clips(Feeding(n_timed=3)), LedgerView()
    view.add(TimedEntry("other", "clip-0", 0.5, 1.0, True))
    assert needs_timing(system_of(Echo()), clips, view)
    view.add(TimedEntry("system", "clip-0", 0.5, 1.0, True))
    assert not needs_timing(system_of(Echo()), clips, view)


def captioned(states):
    """A view of the first captions of noises."""
    view = LedgerView()
    for number, state in enumerate(states):
        clip_id = f"clip-{number}"
        entry = ClipEntry.given("system", clip_id, f"{clip_id} among 1", "k")
        caption = entry.caption if state == "ok" else "" if state == "empty" else None
        view.add(dataclasses.replace(entry, state=state, caption=caption))
    return view


def time_noises(noises, view, split=None, n_timed=9, **spec):
    clips = noises.clips(Feeding(n_timed=n_timed))
    if split is not None:
        listener = Listener(split, text_only=False)
        clips = dataclasses.replace(clips, listener=listener)
    ready = prepare(Entrant(system_of(Echo(), **spec), noises.resources))
    return time_again(ready, clips, view)


def test_clips_without_a_caption_are_not_timed(noises):
    timed = time_noises(noises, captioned(["ok", "error", "ok", "timeout", "ok"]))
    assert [entry.clip_id for entry in timed] == ["clip-0", "clip-2", "clip-4"]
    assert all(entry.is_same for entry in timed)


def test_a_caption_of_no_words_is_timed_and_differs_from_words(noises):
    timed = time_noises(noises, captioned(["empty", "ok", "ok", "ok", "ok"]))
    assert [entry.is_same for entry in timed] == [False, True, True, True, True]


def test_nothing_is_timed_where_nothing_was_captioned(noises):
    assert time_noises(noises, captioned(["error"] * 5)) == []


def test_clips_to_be_timed_are_spread_over_all(noises):
    timed = time_noises(noises, captioned(["ok"] * 5), n_timed=2)
    assert [entry.clip_id for entry in timed] == ["clip-0", "clip-2"]


def test_clips_with_a_sound_are_timed_before_those_with_an_embedding_alone(noises):
    split = dataclasses.replace(noises.split, embedded=frozenset({"clip-0", "clip-3"}))
    timed = time_noises(noises, captioned(["ok"] * 5), split, needs_waveform=False)
    assert [entry.clip_id for entry in timed] == ["clip-1", "clip-2", "clip-4"]
    assert not any(entry.is_embedded for entry in timed)


def test_where_there_are_embeddings_alone_they_are_timed_and_marked(noises):
    split = dataclasses.replace(noises.split, embedded=frozenset(noises.split.clip_ids))
    timed = time_noises(noises, captioned(["ok"] * 5), split, needs_waveform=False)
    assert len(timed) == 5
    assert all(entry.is_embedded for entry in timed)
    assert summarise_latency(timed, []).void == "embeddings from files: encoding not measured"


def test_a_timed_entry_names_the_machine_and_the_work_beside_it(noises):
    (entry, *_) = time_noises(noises, captioned(["ok"] * 5))
    assert len(entry.machine) == 12
    assert 0 < entry.calibration_s < 1
    assert (entry.system, entry.audio_s) == ("system", 1.0)
