"""Entries of a ledger: captions, failures, and what stands for a captioner's call."""

from __future__ import annotations

import pytest

from benchmark.errors import DataError
from benchmark.runs.entries import ClipEntry, PrepareEntry, content_key, state_of
from benchmark.runs.folds import Batch
from benchmark.systems.calling import CallTimeoutError

ENTRY = ClipEntry("toy", 0, "a.wav", "ok", "rain falls", "k", 0, 1, 0.1, 0.2, 5.0)


def raised(error):
    try:
        raise error
    except type(error) as caught:
        return caught


@pytest.mark.parametrize(
    ("caption", "state"), [("rain", "ok"), ("", "empty"), (" \n", "empty"), (None, "empty")]
)
def test_a_caption_of_no_words_is_empty(caption, state):
    assert state_of(caption) == state


def test_a_failed_call_keeps_its_times_and_no_caption():
    failed = ENTRY.failed(raised(ValueError("no weights")))
    assert (failed.state, failed.caption, failed.error) == ("error", None, "ValueError: no weights")
    assert (failed.read_s, failed.caption_s, failed.audio_s) == (0.1, 0.2, 5.0)
    assert "in raised" in failed.traceback
    assert ENTRY.failed(CallTimeoutError("too long")).state == "timeout"


def test_a_clip_that_was_not_heard_has_its_place_in_its_batch():
    batch = Batch("toy", 2, 7, ("a.wav", "b.wav"))
    entry = ClipEntry.unread(batch, "b.wav", "k", raised(DataError("cut short")))
    assert (entry.system, entry.fold, entry.clip_id) == ("toy", 2, "b.wav")
    assert (entry.batch, entry.batch_size) == (7, 2)
    assert (entry.state, entry.error) == ("error", "DataError: cut short")


def test_a_caption_from_elsewhere_had_no_call():
    entry = ClipEntry.given("mine", "a.wav", " ", "k")
    assert (entry.state, entry.caption) == ("empty", " ")
    assert (entry.read_s, entry.caption_s, entry.audio_s) == (0.0, 0.0, 0.0)


def test_a_failure_to_get_ready_keeps_its_time():
    failed = PrepareEntry("toy", 1, 2.5, facts={"n": 1}).failed(raised(OSError("no disk")))
    assert (failed.prepare_s, failed.error) == (2.5, "OSError: no disk")
    assert failed.facts == {"n": 1}


def test_content_keys_tell_parts_apart():
    assert content_key(["ab", "c"]) != content_key(["a", "bc"])


def test_a_trace_leads_to_where_it_was_raised():
    assert "raise error" in ENTRY.failed(raised(ValueError("no weights"))).traceback


@pytest.mark.parametrize("error", [ValueError("x"), CallTimeoutError("x")])
def test_what_failed_once_may_fail_again_in_another_way(error):
    first = ENTRY.failed(raised(OSError("no disk")))
    again = first.failed(raised(error))
    assert again.error == f"{type(error).__name__}: x"
    assert again.clip_id == ENTRY.clip_id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["a"], ["b"]),
        (["a"], ["a", ""]),
        (["a", "b"], ["b", "a"]),
        (["", ""], [""]),
    ],
)
def test_content_keys_of_other_parts_are_others(one, other):
    keys = {content_key(one), content_key(other)}
    assert len(keys) == 2
    assert all(len(key) == 32 and int(key, 16) >= 0 for key in keys)


def test_a_content_key_is_the_same_every_time():
    assert content_key(["toy", "aac-bench 1", "0"]) == content_key(
        iter(["toy", "aac-bench 1", "0"])
    )
