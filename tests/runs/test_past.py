"""What is left of a system's batches after processes that ended at some of their clips."""

from __future__ import annotations

import dataclasses

from benchmark.runs.entries import ClipEntry
from benchmark.runs.folds import Batch
from benchmark.runs.ledger import LedgerView
from benchmark.runs.past import Past

BATCHES = [Batch("toy", 0, number, ids) for number, ids in enumerate((("a", "b"), ("c", "d")))]
ENTRY = ClipEntry.given("toy", "a", "rain", "key")


def lost(clip_id, batch, state="error"):
    return dataclasses.replace(ENTRY, clip_id=clip_id, batch=batch, state=state, caption=None)


def left_of(past, view=None):
    return [batch.clip_ids for batch in past.left_of(BATCHES, view or LedgerView())]


def test_of_a_command_that_begins_only_what_the_ledger_holds_is_left_out():
    view = LedgerView()
    for clip_id in "ab":
        view.add(dataclasses.replace(ENTRY, clip_id=clip_id))
    assert left_of(Past()) == [("a", "b"), ("c", "d")]
    assert left_of(Past(), view) == [("c", "d")]


def test_clips_that_failed_are_not_asked_for_again():
    past = Past()
    for entry in (lost("a", 0), lost("b", 0)):
        assert past.note(entry).n_tries == 1
    assert left_of(past) == [("c", "d")]
    assert (past.n_failed(0), past.n_failed(1)) == (2, 0)


def test_the_clips_of_a_batch_in_which_a_process_ended_come_one_by_one():
    past = Past()
    past.tear(BATCHES[1])
    assert left_of(past) == [("a", "b"), ("c",), ("d",)]
    assert past.note(lost("c", 1)).n_tries == 2
    assert left_of(past) == [("a", "b"), ("d",)]


def test_calls_that_came_back_end_a_row_of_late_ones():
    past = Past(n_late=1)
    past.note(lost("a", 0, "timeout"))
    assert past.n_late == 1
    past.note(ENTRY)
    assert past.n_late == 0
