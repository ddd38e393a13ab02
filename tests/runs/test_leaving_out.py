"""A run that goes on without some of its systems."""

from __future__ import annotations

import dataclasses

import pytest
from leaderboard_rows import PLAN

from benchmark.errors import UnknownNameError, UsageError
from benchmark.runs.entries import ClipEntry, PrepareEntry
from benchmark.runs.leaving_out import last_error_of, leave_out
from benchmark.runs.ledger import LedgerView
from benchmark.runs.plan import PlannedSystem
from benchmark.systems.roster import LeftOut, describe_left_out

NAMES = ("toy[a=1]", "toy[a=2]", "floor")


@pytest.fixture
def plan():
    systems = tuple(PlannedSystem(name, "system", "toys", "1") for name in NAMES)
    return dataclasses.replace(PLAN, systems=systems)


@pytest.fixture
def view():
    view = LedgerView()
    said = ClipEntry.given("toy[a=1]", "a.wav", "rain", "key")
    view.add(said)
    view.add(dataclasses.replace(said, clip_id="b.wav").failed(ValueError("no\nway")))
    view.add(PrepareEntry("toy[a=2]", 0, 1.0).failed(OSError("no weights")))
    return view


def names_of(plan):
    return [planned.name for planned in plan.systems]


def test_a_plan_says_what_it_goes_without_and_how_far_that_came(plan, view):
    after = leave_out(plan, view, ["toy[a=1]"])
    assert names_of(after) == ["toy[a=2]", "floor"]
    assert after.left_out == (
        LeftOut(
            "toy[a=1]",
            "",
            "left out on resuming, after 1 captions; it had stopped at clip 'b.wav': "
            "ValueError: no",
        ),
    )
    assert describe_left_out(after.left_out)[0].startswith("Left out: toy[a=1]: left out on")


def test_a_bare_name_means_a_system_in_all_configurations(plan, view):
    after = leave_out(plan, view, ["toy"])
    assert names_of(after) == ["floor"]
    assert after.left_out[1].reason.endswith("stopped while preparing: OSError: no weights")


def test_who_is_left_out_already_is_passed_over(plan, view):
    once = leave_out(plan, view, ["toy"])
    assert leave_out(once, view, ["toy", "toy[a=1]"]) == once


def test_an_unknown_name_is_refused_with_the_nearest_one(plan, view):
    with pytest.raises(UnknownNameError, match=r"no system of this run named 'flor'.*'floor'"):
        leave_out(plan, view, ["flor"])


def test_some_system_must_be_left(plan, view):
    with pytest.raises(UsageError, match="nothing is left to run without floor, toy"):
        leave_out(plan, view, NAMES)


def test_who_raised_nothing_has_no_last_error(view):
    assert last_error_of(view, "floor") is None
