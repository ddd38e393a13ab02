"""Clips captioned into a plain list: what is noted, and what stops."""

from __future__ import annotations

import dataclasses
import sys
import threading
import time

import pytest
from noises import REFERENCES, Echo, Fault, Reasoning, system_of

from benchmark import Evidence
from benchmark.runs.entrants import Entrant, prepare
from benchmark.runs.entries import ClipEntry, PrepareEntry
from benchmark.runs.plan import Feeding
from benchmark.runs.runner import advancing, caption
from benchmark.systems.built_in import Constant


def states(entries):
    return [entry.state for entry in entries]


def test_every_clip_gets_an_entry_with_its_caption_and_times(noises):
    entries, failure = noises.caption(Echo(), batch_size=2)
    assert failure is None
    assert [entry.caption for entry in entries] == [
        "clip-0 among 2",
        "clip-1 among 2",
        "clip-2 among 2",
        "clip-3 among 2",
        "clip-4 among 1",
    ]
    assert [entry.batch for entry in entries] == [0, 0, 1, 1, 2]
    assert all(
        entry.audio_s == 1.0 and entry.caption_s > 0 and entry.read_s > 0 for entry in entries
    )


def test_a_caption_of_no_words_is_legal_and_marked_empty(noises):
    entries, failure = noises.caption(Constant(" "))
    assert failure is None
    assert states(entries) == ["empty"] * 5


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda clips: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda clips: ["a"] * (len(clips) - 1), "returned 1 captions for 2 clips"),
        (lambda clips: None, "caption() returned NoneType; expected a list of 2 str"),
        (lambda clips: ["a", None], "the caption for clip 'clip-3' is NoneType"),
        (lambda clips: "two words", "caption() returned str; expected a list"),
    ],
)
def test_a_fault_stops_the_system_and_names_the_clip(noises, act, message):
    entries, failure = noises.caption(Fault(act), batch_size=2)
    assert failure.startswith("at clip 'clip-2'")
    assert message in failure
    assert states(entries) == ["ok", "ok", "error", "error"]
    failed = entries[2]
    assert failed.caption is None
    assert message in failed.error
    assert "Traceback" in failed.traceback


def test_a_call_that_takes_too_long_is_a_timeout(noises):
    never = threading.Event()
    entries, failure = noises.caption(Fault(lambda clips: never.wait(20)), timeout_s=0.05)
    assert "CallTimeoutError: caption() took longer than 0.05 s" in failure
    assert states(entries) == ["ok", "timeout"]


def test_a_sound_that_cannot_be_read_costs_that_clip_alone(noises):
    noises.broken = frozenset({"clip-1"})
    entries, failure = noises.caption(Echo(), batch_size=2)
    assert failure is None
    assert states(entries) == ["ok", "error", "ok", "ok", "ok"]
    unread = entries[1]
    assert (unread.caption, unread.read_s, unread.caption_s, unread.audio_s) == (None, 0, 0, 0)
    assert unread.error == "DataError: clip-1 is truncated"
    assert "Traceback" in unread.traceback
    assert (unread.batch, unread.batch_size) == (0, 2)


def test_keys_follow_the_sound_the_system_and_the_seed(noises):
    def keys():
        return {entry.key for entry in noises.caption(Echo())[0]}

    first = keys()
    assert len(first) == 5
    assert keys() == first
    noises.resources = dataclasses.replace(noises.resources, seed=1)
    assert not first & keys()


def test_a_captioner_cannot_change_what_the_next_one_hears(noises):
    class Vandal:
        def caption(self, clips):
            clips[0].waveform[:] = 0
            return ["silence"]

    assert "read-only" in noises.caption(Vandal())[1]


def test_a_call_that_ends_the_process_stops_its_system_alone(noises):
    entries, failure = noises.caption(Fault(lambda clips: sys.exit(3)))
    assert failure == "at clip 'clip-1': PluginError: caption() raised SystemExit(3)."
    assert states(entries) == ["ok", "error"]


def test_what_captions_leaned_on_stands_beside_them(noises):
    entries, failure = noises.caption(Reasoning(), batch_size=2, is_explained=True)
    assert failure is None
    pair = {"batch": (Evidence("clip-2", 0.0), Evidence("clip-3", 1.0))}
    assert [entry.explained.evidence for entry in entries[2:4]] == [pair, pair]
    assert entries[4].explained.evidence == {"batch": (Evidence("clip-4", 0.0),)}


def test_nobody_is_asked_who_cannot_answer_or_was_not_to_be_asked(noises):
    for captioner, is_explained in ((Echo(), True), (Reasoning(), False)):
        entries, _ = noises.caption(captioner, is_explained=is_explained)
        assert [entry.explained for entry in entries] == [None] * 5


def test_a_failed_explanation_costs_no_caption_and_no_other_batch(noises):
    class Doubting(Reasoning):
        def explain(self, clips):
            if clips[0].clip_id == "clip-2":
                raise LookupError("why indeed")
            return super().explain(clips)

    plain, _ = noises.caption(Echo(), batch_size=2)
    entries, failure = noises.caption(Doubting(), batch_size=2, is_explained=True)
    assert failure is None
    assert [entry.caption for entry in entries] == [entry.caption for entry in plain]
    assert states(entries) == ["ok"] * 5
    errors = [entry.explained.error for entry in entries]
    assert errors == [None, None, "LookupError: why indeed", "LookupError: why indeed", None]


def test_a_slow_explanation_is_in_no_captions_time(noises):
    class Slow(Reasoning):
        def explain(self, clips):
            time.sleep(0.2)
            return super().explain(clips)

    entries, _ = noises.caption(Slow(), batch_size=5, is_explained=True)
    assert entries[0].explained.evidence
    assert entries[0].caption_s < 0.1


def test_a_batch_without_captions_is_not_explained(noises):
    class Torn(Fault):
        def explain(self, clips):
            return [{"clips": [Evidence(clip.clip_id)]} for clip in clips]

    entries, failure = noises.caption(Torn(lambda clips: 1 / 0), is_explained=True)
    assert "ZeroDivisionError" in failure
    assert [bool(entry.explained) for entry in entries] == [True, False]


def test_each_batch_is_in_the_sink_before_the_next_is_asked_for(noises):
    """The order that lets a killed run go on, and a bar tell the truth."""
    clips = noises.clips(Feeding(batch_size=2))
    entrant = Entrant(system_of(Echo()), noises.resources)
    sink, seen, moved = [], [], []

    class Bar:
        def advance(self, steps):
            moved.append(steps)

    def batches():
        for batch in clips.batches(entrant.system, 0):
            seen.append([type(entry) for entry in sink])
            yield batch

    assert caption(prepare(entrant), advancing(batches(), Bar()), clips, sink) is None
    assert seen == [[PrepareEntry, *[ClipEntry] * n] for n in (0, 2, 4)]
    assert moved == [2, 2, 1]
    assert [entry.clip_id for entry in sink[1:]] == list(REFERENCES)
