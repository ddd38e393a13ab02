"""Where a system was when its process ended."""

from __future__ import annotations

import pytest
from noises import Echo, system_of

from benchmark.runs.folds import Batch
from benchmark.runs.ledger import Ledger
from benchmark.runs.moments import CrashError, Moment, note_crash
from benchmark.systems.calling import CallTimeoutError

FIRST, SECOND = (
    Batch("system", 0, number, (f"clip-{2 * number}", f"clip-{2 * number + 1}"))
    for number in range(2)
)


@pytest.fixture
def note(noises):
    def note(moment, error=None):
        error = error or CrashError("its process was killed by SIGSEGV")
        with Ledger(noises.path) as ledger:
            return note_crash(system_of(Echo()), noises.resources, moment, error, ledger)

    return note


def test_the_clips_of_the_batch_that_crashed_have_failed(noises, note):
    failure = note(Moment("captioning", SECOND))
    assert failure == "at clip 'clip-2': crashed: its process was killed by SIGSEGV"
    assert [(entry.clip_id, entry.state) for entry in noises.entries] == [
        ("clip-2", "error"),
        ("clip-3", "error"),
    ]
    assert noises.entries[0].error == "CrashError: its process was killed by SIGSEGV"


def test_captions_that_are_kept_already_stay(noises, note):
    noises.run(Echo(), batch_size=2)
    assert note(Moment("captioning", FIRST)).startswith("after clip 'clip-1': crashed: ")
    assert noises.states == ["ok"] * 5


def test_a_process_that_was_killed_for_its_time_ran_out_of_time(noises, note):
    failure = note(Moment("captioning", FIRST), CallTimeoutError("it did not come back"))
    assert failure == "at clip 'clip-0': it did not come back"
    assert noises.states == ["timeout", "timeout"]


@pytest.mark.parametrize(
    ("phase", "words"),
    [("starting", "while starting"), ("preparing", "while preparing"),
     ("ending", "after the last clip"), ("timing", "while being timed")],
)  # fmt: skip
def test_outside_of_clips_the_phase_is_named(noises, note, phase, words):
    assert note(Moment(phase)) == f"{words}: crashed: its process was killed by SIGSEGV"
    assert noises.entries == []
