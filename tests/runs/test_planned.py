"""A ledger held against its plan: strangers are refused, what is missing is counted."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from leaderboard_rows import PLAN

from benchmark.errors import RunError
from benchmark.runs.entries import ClipEntry, TimedEntry
from benchmark.runs.ledger import LedgerView
from benchmark.runs.plan import PlannedSystem
from benchmark.runs.planned import count_missing, refuse_strangers
from benchmark.systems.roster import LeftOut

REFERENCES = {"a": ("x", "y"), "b": ("x", "y"), "c": ("x",)}
TOY = PlannedSystem("toy", "system", "toy", "1")
HUMAN = PlannedSystem("human", "ceiling", "toy", "1", leave_one_out=True)
PLANNED = dataclasses.replace(PLAN, systems=(TOY, HUMAN), clip_ids=("a", "b", "c"))
PATH = Path("ledger.jsonl")


def said(name, clip_id, fold=0):
    return dataclasses.replace(ClipEntry.given(name, clip_id, "rain", "k"), fold=fold)


def view_of(*entries):
    view = LedgerView()
    for entry in entries:
        view.add(entry)
    return view


WHOLE = [
    *(said("toy", clip) for clip in "abc"),
    *(said("human", clip, fold) for clip in "ab" for fold in (0, 1)),
]


def test_what_was_planned_is_no_stranger_and_nothing_of_it_is_missing():
    view = view_of(*WHOLE, TimedEntry("toy", "a", 0.1, 1.0, True))
    refuse_strangers(PLANNED, view, PATH, REFERENCES)
    assert count_missing(PLANNED, view, REFERENCES) == {"toy": 0, "human": 0}


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        (said("nobody", "a"), "of clip 'a' by 'nobody', of a system that the plan does not name"),
        (said("toy", "d"), "of clip 'd' by 'toy', of a clip that the plan does not name"),
        (said("toy", "a", 1), "in fold 1, which the plan does not have"),
        (said("human", "a", 2), "in fold 2, which the plan does not have"),
        (said("human", "c", 0), "in fold 0, which the plan does not have"),
        (said("human", "a", -1), "in fold -1, which the plan does not have"),
        (TimedEntry("toy", "d", 0.1, 1.0, True), "of clip 'd' by 'toy', of a clip that the plan"),
    ],
)
def test_a_stranger_is_refused_with_what_is_strange(entry, what):
    with pytest.raises(RunError) as caught:
        refuse_strangers(PLANNED, view_of(*WHOLE, entry), PATH, REFERENCES)
    assert str(caught.value).startswith("ledger.jsonl: a line ")
    assert what in str(caught.value)


def test_without_references_any_fold_of_a_leave_one_out_system_may_be():
    refuse_strangers(PLANNED, view_of(said("human", "a", 99)), PATH)
    with pytest.raises(RunError, match="in fold 1"):
        refuse_strangers(PLANNED, view_of(said("toy", "a", 1)), PATH)


def test_what_a_run_goes_on_without_is_passed_over():
    plan = dataclasses.replace(PLANNED, left_out=(LeftOut("gone", "", "left out"),))
    refuse_strangers(plan, view_of(said("gone", "d", 9)), PATH, REFERENCES)


def test_a_clip_is_missing_where_any_of_its_folds_is_and_a_failed_one_is_not():
    failed = said("toy", "b").failed(ValueError("no"))
    view = view_of(*(entry for entry in WHOLE if entry != said("human", "a", 1)), failed)
    assert count_missing(PLANNED, view, REFERENCES) == {"toy": 0, "human": 1}
    assert count_missing(PLANNED, view_of(), REFERENCES) == {"toy": 3, "human": 2}


def test_of_files_nothing_is_missing():
    header = dataclasses.replace(PLAN.header, command="score")
    assert count_missing(dataclasses.replace(PLANNED, header=header), view_of(), REFERENCES) == {}
