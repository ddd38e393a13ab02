"""Timed calls in units of the fixed work beside each of them."""

from __future__ import annotations

import dataclasses

import pytest
from timed_calls import ROW, calls

from benchmark.runs.calls import LATENCY, calls_of
from benchmark.runs.ledger import LedgerView


def calls_in(*entries, system_name="toy"):
    view = LedgerView()
    for entry in entries:
        view.add(entry)
    return calls_of(view, system_name)


def test_a_call_and_its_stages_are_divided_by_the_work_beside_it():
    timed = dataclasses.replace(
        ROW, caption_s=0.5, stages={"encode": 0.25, "generate": 0.05}, calibration_s=0.01
    )
    relative = calls_in(timed)["a"]
    assert relative == pytest.approx({LATENCY: 50, "stage encode": 25, "stage generate": 5})


def test_each_clip_has_its_own_unit():
    slow = [dataclasses.replace(ROW, clip_id=name, caption_s=seconds, calibration_s=unit_s)
            for name, seconds, unit_s in (("a", 0.5, 0.01), ("b", 1.0, 0.02))]  # fmt: skip
    assert [call[LATENCY] for call in calls_in(*slow).values()] == pytest.approx([50, 50])


@pytest.mark.parametrize(
    "changes",
    [{"calibration_s": None}, {"calibration_s": 0.0}, {"calibration_s": 0.01, "error": "no"}],
)
def test_calls_without_a_unit_and_calls_that_failed_are_left_out(changes):
    good = dataclasses.replace(ROW, clip_id="good", calibration_s=0.01)
    assert list(calls_in(dataclasses.replace(ROW, **changes), good)) == ["good"]


def test_calls_of_other_systems_are_theirs():
    ours, theirs = calls(0.5, calibration_s=0.01), calls(0.5, calibration_s=0.01, system="other")
    assert list(calls_in(*ours, *theirs)) == ["000"]
    assert calls_in(*ours, system_name="nobody") == {}


def test_a_clip_that_was_timed_again_counts_as_it_was_last():
    first, again = calls(0.5, calibration_s=0.01)[0], calls(0.8, calibration_s=0.01)[0]
    assert calls_in(first, again)["000"][LATENCY] == pytest.approx(80)
