"""Times and memory in units that can be counted: calls of whole units of calibration work."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from machines import SERVER
from made_nights import CLIPS, UNIT_S, Timed, accept, run_of, system_of, timed_in
from timed_calls import latency_of

from benchmark.gate.held import HeldRun
from benchmark.gate.policy import RatioRule, read_policy
from benchmark.gate.speed import (
    SpeedPair,
    judge_memory,
    judge_speed,
    relative_medians,
    why_unmeasured,
)

BUILT_IN = read_policy(None)
ELSEWHERE = dataclasses.replace(SERVER, cpu="Apple M3")
SPREAD = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9]


def judge(before, now, policy=BUILT_IN, machine=SERVER):
    """Judge one system's times; returns its checks by subject, and the notes."""
    baseline = accept(run_of(system_of(timed=before), machine=SERVER))
    night = HeldRun(run_of(system_of(timed=now), machine=machine), baseline)
    checks, notes = judge_speed(night, policy)
    return {check.subject: check for check in checks}, notes


def test_equal_calls_and_stages_pass():
    timed = timed_in(SPREAD, encode=0.5, decode=0.25)
    checks, notes = judge(timed, timed)
    assert list(checks) == ["latency", "stage encode", "stage decode"]
    assert {(check.status, check.used) for check in checks.values()} == {("pass", 0.0)}
    assert checks["latency"].reason == "x1.00, from x1.00 to x1.00"
    assert notes == []


def test_calls_are_compared_clip_by_clip_in_units_of_calibration():
    checks, _ = judge(timed_in(SPREAD), timed_in([1.25 * units for units in SPREAD]))
    check = checks["latency"]
    assert (check.status, check.reason) == ("pass", "x1.25, from x1.25 to x1.25")
    assert (check.baseline, check.run, check.unit) == (1.45, 1.8125, "relative")
    assert check.used == pytest.approx(0.25 / 0.3)


def test_half_as_slow_again_fails():
    checks, _ = judge(timed_in(SPREAD), timed_in([1.5 * units for units in SPREAD]))
    check = checks["latency"]
    assert (check.status, check.limit) == ("fail", "<= x1.3")
    assert check.used == pytest.approx(0.5 / 0.3)


@pytest.mark.parametrize("units", [1.0, 3.0, 1.57, 4.3])
def test_a_ratio_of_just_the_limit_passes(units):
    checks, _ = judge(timed_in([units] * 10), timed_in([1.3 * units] * 10))
    assert checks["latency"].status == "pass"
    assert checks["latency"].used == pytest.approx(1.0)


def test_a_median_beyond_the_limit_with_a_bound_within_is_inconclusive():
    """Six of ten calls are twice as slow; the second smallest ratio bounds the median: x1."""
    now = [2.0 * units if at < 6 else units for at, units in enumerate(SPREAD)]
    check = judge(timed_in(SPREAD), timed_in(now))[0]["latency"]
    assert (check.status, check.reason) == ("inconclusive", "x2.00, from x1.00 to x2.00")
    assert check.used > 1


def test_one_slow_call_does_not_move_the_median():
    now = [100.0, *SPREAD[1:]]
    assert judge(timed_in(SPREAD), timed_in(now))[0]["latency"].status == "pass"


def test_a_slow_night_on_another_machine_is_inconclusive_and_a_quick_one_passes():
    slow, quick = (timed_in([factor * units for units in SPREAD]) for factor in (2.0, 0.5))
    check = judge(timed_in(SPREAD), slow, machine=ELSEWHERE)[0]["latency"]
    assert check.status == "inconclusive"
    assert check.reason == "x2.00, from x2.00 to x2.00, on another machine"
    assert judge(timed_in(SPREAD), quick, machine=ELSEWHERE)[0]["latency"].status == "pass"


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [(1.0, 3.0, "x3.0 as long in the run"), (2.0, 1.0, "x2.0 as long when the baseline was made")],
)
def test_a_night_with_other_neighbours_is_inconclusive_and_says_how_busy_it_was(before, now, told):
    slow = timed_in([2.0 * units for units in SPREAD], slowdown=now)
    check = judge(timed_in(SPREAD, slowdown=before), slow)[0]["latency"]
    assert check.status == "inconclusive"
    assert check.reason == f"x2.00, from x2.00 to x2.00, fixed work took {told}"


@pytest.mark.parametrize("slowdown", [0.7, 1.4])
def test_a_machine_that_is_a_little_slower_or_faster_as_a_whole_is_no_excuse(slowdown):
    slow = timed_in([2.0 * units for units in SPREAD], slowdown=slowdown)
    assert judge(timed_in(SPREAD), slow)[0]["latency"].status == "fail"
    as_before = timed_in(SPREAD, slowdown=3.0)
    assert judge(timed_in(SPREAD), as_before)[0]["latency"].status == "pass"


def test_a_stage_is_judged_apart_from_its_call():
    before = timed_in([10.0] * 10, encode=2.0, decode=8.0)
    now = timed_in([12.0] * 10, encode=4.0, decode=8.0)
    checks, _ = judge(before, now)
    assert {subject: check.status for subject, check in checks.items()} == {
        "latency": "pass",
        "stage encode": "fail",
        "stage decode": "pass",
    }


def test_what_is_shorter_than_the_floor_counts_as_the_floor(read):
    """A floor of 4 units: a stage that grew from 1 to 4 is as it was, one to 8 is twice it."""
    policy = read(f"[stages]\nfloor_s = {4 * UNIT_S}\nmax_ratio = 1.5\n")
    before = timed_in([20.0] * 10, a=1.0, b=1.0)
    checks, _ = judge(before, timed_in([20.0] * 10, a=4.0, b=8.0), policy)
    assert (checks["stage a"].status, checks["stage a"].reason[:5]) == ("pass", "x1.00")
    assert (checks["stage b"].status, checks["stage b"].reason[:5]) == ("fail", "x2.00")


def test_a_call_without_a_stage_spent_nothing_there():
    encode = [2.0] * 4 + [0.0] * 6
    before, now = timed_in([4.0] * 10, encode=encode), timed_in([4.0] * 10, encode=2.0)
    bare = {clip: dict(call) for clip, call in before.calls.items()}
    for clip in CLIPS[4:]:
        del bare[clip]["stage encode"]
    pair = SpeedPair("toy", bare, now.calls, UNIT_S, None)
    assert pair.medians("stage encode") == (0.0, 2.0)
    assert pair.ratio("stage encode", floor=1.0).value == 2.0


def test_a_stage_that_vanished_fails():
    check = judge(timed_in([4.0] * 10, encode=2.0), timed_in([4.0] * 10))[0]["stage encode"]
    assert (check.status, check.used) == ("fail", None)
    assert check.reason == "timed in the baseline, and not in the run"


def test_a_stage_below_the_floor_may_vanish():
    before = timed_in([4.0] * 10, polish=0.1)
    assert 0.1 * UNIT_S < 0.002
    assert list(judge(before, timed_in([4.0] * 10))[0]) == ["latency"]


def test_a_stage_that_is_new_is_judged_with_the_whole_call_only():
    assert list(judge(timed_in([4.0] * 10), timed_in([4.0] * 10, extra=1.0))[0]) == ["latency"]


def test_limits_that_are_off_judge_nothing(read):
    policy = read("[latency]\nmax_ratio = false\n")
    before, now = timed_in([1.0] * 10, encode=1.0), timed_in([9.0] * 10, encode=1.0)
    assert list(judge(before, now, policy)[0]) == ["stage encode"]


def test_a_floor_that_is_off_is_none(read):
    policy = read("[latency]\nfloor_s = false\n")
    before, now = timed_in([1e-6] * 10), timed_in([2e-6] * 10)
    assert judge(before, now)[0]["latency"].status == "pass"
    assert judge(before, now, policy)[0]["latency"].status == "fail"


def test_too_few_common_clips_are_inconclusive():
    others = ("k", "l", "m", "n", "o")
    now = timed_in([1.0] * 10, clips=CLIPS[:5] + others)
    check = judge(timed_in([1.0] * 10), now)[0]["latency"]
    assert check.status == "inconclusive"
    assert check.reason == "too few clips were timed in both runs"


def test_times_that_are_missing_void_or_few_say_why():
    timed = timed_in([1.0] * 10)
    assert why_unmeasured(system_of(timed=timed)) is None
    assert why_unmeasured(system_of()) == "no call was timed"
    void = timed_in([1.0] * 10, is_same=False)
    assert why_unmeasured(system_of(timed=void)) == (
        "the times are void: 10 captions differ from the quality pass"
    )
    few = timed_in([1.0] * 5, clips=CLIPS[:5])
    assert why_unmeasured(system_of(timed=few)) == "5 calls were timed, too few for bounds"
    old = Timed(timed.calls, latency_of(0.05))
    assert why_unmeasured(system_of(timed=old)) == "20 calls were timed, too few for bounds"
    bare = Timed({}, timed.latency)
    assert why_unmeasured(system_of(timed=bare)) == "10 calls were timed, too few for bounds"


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (Timed({}, None), "no call was timed"),
        (timed_in([1.0] * 10, is_same=False), "the times are void: 10 captions differ"),
        (timed_in([1.0] * 5, clips=CLIPS[:5]), "5 calls were timed, too few for bounds"),
    ],
)
def test_times_that_were_measured_and_no_longer_are_fail(now, why):
    check = judge(timed_in([1.0] * 10), now)[0]["latency"]
    assert check.status == "fail"
    assert check.reason.startswith(f"measured in the baseline; in the run {why}")


def test_times_that_no_limit_needs_may_go(read):
    policy = read("[latency]\nmax_ratio = false\n[stages]\nmax_ratio = false\n")
    assert judge(timed_in([1.0] * 10), Timed({}, None), policy) == ({}, [])
    needed = read("[latency]\nmax_ratio = false\n")
    assert "latency" in judge(timed_in([1.0] * 10), Timed({}, None), needed)[0]


def test_times_that_the_baseline_lacks_are_noted_and_none_at_all_are_not():
    checks, (note,) = judge(timed_in([1.0] * 10, is_same=False), timed_in([1.0] * 10))
    assert checks == {}
    assert note.startswith("toy: latency not compared: in the baseline the times are void")
    assert judge(Timed({}, None), Timed({}, None)) == ({}, [])


def test_medians_of_calls_and_stages_are_listed_unless_void():
    timed = timed_in(SPREAD, encode=0.5)
    assert relative_medians(system_of(timed=timed)) == {
        "latency": pytest.approx(1.45),
        "stage encode": 0.5,
    }
    assert relative_medians(system_of(timed=timed_in(SPREAD, is_same=False))) == {}
    assert relative_medians(system_of()) == {}
    assert relative_medians(system_of(timed=timed_in([1.0] * 5, clips=CLIPS[:5]))) == {}


@settings(deadline=None)
@given(factor=st.floats(0.1, 10.0), units=st.lists(st.floats(1.0, 9.0), min_size=10, max_size=10))
def test_a_factor_on_every_call_is_the_ratio_whatever_the_clips_take(factor, units):
    before, now = timed_in(units), timed_in([factor * each for each in units])
    check = judge(before, now)[0]["latency"]
    floor = 0.002 / UNIT_S
    if min(factor, 1.0) * min(units) > floor:
        assert check.used == pytest.approx(max(factor - 1, 0.0) / 0.3, abs=1e-6)
        assert (check.status == "fail") == (factor > 1.3 * (1 + 1e-9))


def memory(before, now, rule=RatioRule(1.25, 256), machine=SERVER, systems=("toy",)):  # noqa: B008 (it is frozen)
    baseline = accept(run_of(system_of(), machine=SERVER, peak_rss_mib=before))
    run = run_of(*map(system_of, systems), machine=machine, peak_rss_mib=now)
    checks, notes = judge_memory(HeldRun(run, baseline), rule)
    return [(check.status, check.reason) for check in checks], notes


@pytest.mark.parametrize(
    ("before", "now", "status", "reason"),
    [
        (1000.0, 1000.0, "pass", "x1.00"),
        (1000.0, 1250.0, "pass", "x1.25"),
        (1000.0, 1251.0, "fail", "x1.25"),
        (1000.0, 2000.0, "fail", "x2.00"),
        (1000.0, 10.0, "pass", "x0.26"),
        (10.0, 256.0, "pass", "x1.00"),
        (10.0, 512.0, "fail", "x2.00"),
    ],
)
def test_memory_is_a_ratio_of_peaks_less_than_the_floor_counting_as_the_floor(
    before, now, status, reason
):
    assert memory(before, now) == ([(status, reason)], [])


def test_memory_of_the_whole_run_is_told_in_mib():
    baseline = accept(run_of(system_of(), peak_rss_mib=1000.0))
    night = HeldRun(run_of(system_of(), peak_rss_mib=1125.0), baseline)
    ((check,), _) = judge_memory(night, RatioRule(1.25, 256))
    assert (check.system, check.unit, check.limit) == ("(run)", "mib", "<= x1.25")
    assert (check.baseline, check.run, check.used) == (1000.0, 1125.0, 0.5)


def test_more_memory_on_another_machine_is_inconclusive():
    assert memory(1000.0, 2000.0, machine=ELSEWHERE)[0] == [
        ("inconclusive", "x2.00, on another machine")
    ]
    assert memory(1000.0, 1000.0, machine=ELSEWHERE)[0] == [("pass", "x1.00, on another machine")]


def test_memory_that_was_measured_and_no_longer_is_fails():
    assert memory(1000.0, None) == (
        [("fail", "measured in the baseline, and not in the run")],
        [],
    )


def test_memory_is_not_judged_without_a_limit_or_a_baseline():
    assert memory(None, 1000.0) == ([], [])
    assert memory(1000.0, None, RatioRule()) == ([], [])


@pytest.mark.parametrize("systems", [("toy", "more"), ("other",)])
def test_memory_of_other_systems_is_noted(systems):
    checks, (note,) = memory(1000.0, 9000.0, systems=systems)
    assert checks == []
    assert note == "peak memory not compared: the run has other systems than the baseline"


def test_a_peak_of_nothing_without_a_floor_is_no_division_by_it():
    assert memory(0.0, 0.0, RatioRule(1.25)) == ([("pass", "x1.00")], [])
