"""Checks and verdicts: what is worst, how much of a limit is used up, which exit code follows."""

from __future__ import annotations

import itertools
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.gate.checks import (
    EXIT_CODES,
    Check,
    Regression,
    Verdict,
    in_percent,
    is_beyond,
    used_share,
    worst_first,
)

STATUSES = ("pass", "fail", "inconclusive", "warning")
PASSED = Check("toy", "cider_d", "drop <= 2 %", "pass", "the same", used=0.0)
UNCLEAR = Check("toy", "latency", "<= x1.3", "inconclusive", "x1.40", "relative", 1.0, 1.4, 1.3)
WARNED = Check("toy", "spice", "drop <= 2 %", "warning", "4.00 % worse", used=2.0)
BROKEN = Check("toy", "meteor", "drop <= 2 %", "fail", "3.00% worse", used=1.5)
GONE = Check("toy", "system", "", "fail", "in the baseline, and not in the run")

CHECKS = st.builds(
    Check,
    st.sampled_from(["toy", "rain"]),
    st.sampled_from(["cider_d", "coverage"]),
    st.just("drop <= 2 %"),
    st.sampled_from(STATUSES),
    st.just("so"),
    used=st.none() | st.floats(0.0, 1e6),
)


def verdict(*checks, **fields):
    return Verdict("runs/x (a)", "b.json (b)", "built in", tuple(checks), **fields)


@pytest.mark.parametrize(
    ("checks", "outcome", "exit_code"),
    [
        ([], "pass", 0),
        ([PASSED], "pass", 0),
        ([PASSED, WARNED], "pass", 0),
        ([PASSED, UNCLEAR, WARNED], "inconclusive", 0),
        ([PASSED, UNCLEAR, BROKEN], "fail", 1),
        ([BROKEN, PASSED], "fail", 1),
    ],
)
def test_the_worst_check_decides(checks, outcome, exit_code):
    judged = verdict(*checks)
    assert (judged.outcome, judged.exit_code) == (outcome, exit_code)


def test_a_strict_gate_has_an_exit_code_for_an_inconclusive_night():
    judged = verdict(PASSED, UNCLEAR, is_strict=True)
    assert (judged.outcome, judged.exit_code) == ("inconclusive", 4)
    assert verdict(BROKEN, UNCLEAR, is_strict=True).exit_code == 1


@given(checks=st.lists(CHECKS, max_size=6))
def test_the_verdict_does_not_hang_on_the_order_of_checks(checks):
    assert verdict(*checks).outcome == verdict(*reversed(checks)).outcome
    counts = [verdict(*checks).count(status) for status in STATUSES]
    assert sum(counts) == len(checks)


def test_nothing_measured_is_no_pass_whatever_was_checked():
    judged = verdict(PASSED, unmeasured="no clip")
    assert (judged.outcome, judged.exit_code) == ("nothing measured", 3)


def test_every_outcome_has_an_exit_code_of_its_own_and_none_is_that_of_a_wrong_request():
    codes = list(EXIT_CODES.values())
    assert len(set(codes)) == len(codes) == 4
    assert 2 not in codes


def test_a_check_is_named_by_its_subject_and_its_limit():
    assert PASSED.name == "cider_d: drop <= 2 %"
    assert GONE.name == "system"


def test_checks_stand_worst_first():
    assert worst_first([PASSED, BROKEN, UNCLEAR, GONE]) == [GONE, BROKEN, UNCLEAR, PASSED]


@given(checks=st.lists(CHECKS, max_size=8))
def test_the_order_keeps_every_check_and_no_worse_one_follows(checks):
    ordered = worst_first(checks)
    assert sorted(map(repr, ordered)) == sorted(map(repr, checks))
    rank = {"fail": 0, "inconclusive": 1, "warning": 2, "pass": 3}
    for first, second in itertools.pairwise(ordered):
        assert rank[first.status] <= rank[second.status]
        if first.status == second.status:
            sizes = [math.inf if each.used is None else each.used for each in (first, second)]
            assert sizes[0] >= sizes[1]


@given(checks=st.lists(CHECKS, max_size=8), data=st.data())
def test_the_order_is_the_same_however_the_checks_came(checks, data):
    shuffled = data.draw(st.permutations(checks))
    key = [(c.status, c.used, c.system, c.subject) for c in worst_first(checks)]
    assert [(c.status, c.used, c.system, c.subject) for c in worst_first(shuffled)] == key


def test_equally_bad_checks_stand_by_system_and_subject():
    checks = [
        Check(system, subject, "", "fail", "gone")
        for system, subject in (("b", "x"), ("a", "y"), ("a", "x"))
    ]
    assert [(check.system, check.subject) for check in worst_first(checks)] == [
        ("a", "x"),
        ("a", "y"),
        ("b", "x"),
    ]


@pytest.mark.parametrize(
    ("amount", "limit", "share"),
    [
        (0.01, 0.02, 0.5),
        (0.04, 0.02, 2.0),
        (-0.01, 0.02, 0.0),
        (0.0, 0.0, 0.0),
        (0.01, 0.0, None),
        (math.inf, 0.02, None),
        (-math.inf, 0.02, 0.0),
        (-0.01, 0.0, 0.0),
    ],
)
def test_how_much_of_a_limit_is_used_up(amount, limit, share):
    assert used_share(amount, limit) == share


def test_a_limit_that_is_reached_is_used_up_and_not_passed():
    """0.05 less 0.04 is 0.010000000000000002."""
    assert 0.05 - 0.04 > 0.01
    assert not is_beyond(0.05 - 0.04, 0.01)
    assert used_share(0.05 - 0.04, 0.01) == 1.0
    assert is_beyond(0.0101, 0.01)


@pytest.mark.parametrize(
    ("amount", "limit", "is_broken"),
    [
        (math.inf, 0.02, True),
        (-math.inf, 0.02, False),
        (1e-3, 0.0, True),
        (0.0, 0.0, False),
        (1e-17, 0.0, False),
        (-5.0, 0.0, False),
    ],
)
def test_what_is_beyond_a_limit(amount, limit, is_broken):
    assert is_beyond(amount, limit) is is_broken


@given(amount=st.floats(-10, 10), limit=st.floats(0, 10))
def test_more_than_all_is_used_up_just_where_the_limit_is_broken(amount, limit):
    used = used_share(amount, limit)
    assert is_beyond(amount, limit) == (used is None or used > 1.0)


@given(amount=st.floats(1e-6, 1.0), limit=st.floats(1e-3, 1.0), factor=st.floats(1.1, 5.0))
def test_more_of_the_same_uses_more_up(amount, limit, factor):
    assert used_share(factor * amount, limit) > used_share(amount, limit)


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.02, "2 %"), (1.0, "100 %"), (0.0, "0 %"), (0.001, "0.1 %"), (1 / 3, "33.33 %")],
)
def test_shares_are_spelt_in_percent(share, text):
    assert in_percent(share) == text


def test_a_verdict_is_json_with_its_outcome():
    fallen = Regression("toy", "a", "cider_d", 0.5, 0.6, 0.1, "rain", "wind")
    judged = verdict(BROKEN, GONE, notes=("new",), regressions=(fallen,))
    record = json.loads(json.dumps(judged.to_json(), allow_nan=False))
    assert (record["outcome"], record["exit_code"]) == ("fail", 1)
    assert [check["used"] for check in record["checks"]] == [1.5, None]
    assert record["checks"][0]["reason"] == "3.00% worse"
    assert record["notes"] == ["new"]
    assert record["regressions"][0]["run_caption"] == "wind"
    assert record["unmeasured"] is None
