"""Verdicts as text, markdown and JUnit, where captions and errors are not to be trusted."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.gate.checks import Check, Regression, Verdict, used_share, worst_first
from benchmark.gate.history import FoundStep
from benchmark.gate.junit import render_junit
from benchmark.gate.pages import render_verdict

PASSED = Check("toy", "cider_d", "drop <= 2 %", "pass", "the same", used=0.0)
UNCLEAR = Check("toy", "latency", "<= x1.3", "inconclusive", "x1.40", "relative", 1.0, 1.4, 1.3)
BROKEN = Check("toy", "meteor", "drop <= 2 %", "fail", "3.00% worse", used=1.5)
GONE = Check("toy", "system", "", "fail", "in the baseline, and not in the run")
STEP = FoundStep("toy", "cider_d", "2026-01-13T02:00:00+00:00", "abc", 0.5, 0.45)


def verdict(*checks, **fields):
    return Verdict("runs/x (a)", "b.json (b)", "built in", tuple(checks), **fields)


@pytest.mark.parametrize(
    ("checks", "outcome", "exit_code"),
    [
        ([PASSED], "pass", 0),
        ([PASSED, UNCLEAR], "inconclusive", 4),
        ([PASSED, UNCLEAR, BROKEN], "fail", 1),
    ],
)
def test_the_worst_check_decides(checks, outcome, exit_code):
    found = verdict(*checks)
    assert (found.outcome, found.exit_code) == (outcome, exit_code)


def test_nothing_measured_is_no_pass():
    found = verdict(unmeasured="no clip")
    assert (found.outcome, found.exit_code) == ("nothing measured", 3)


def test_checks_stand_worst_first():
    assert worst_first([PASSED, BROKEN, UNCLEAR, GONE]) == [GONE, BROKEN, UNCLEAR, PASSED]


def test_how_much_of_a_limit_is_used_up():
    assert used_share(0.01, 0.02) == 0.5
    assert used_share(-0.01, 0.02) == 0.0
    assert used_share(0.0, 0.0) == 0.0
    assert used_share(0.01, 0.0) is None
    assert used_share(float("inf"), 0.02) is None


def test_text_has_one_line_a_check_and_the_steps_with_date_and_size():
    text = render_verdict(verdict(BROKEN, UNCLEAR, PASSED), [STEP], "text")
    assert text.startswith("FAIL: 1 failed, 1 inconclusive, 1 passed")
    assert len([line for line in text.splitlines() if line.startswith("│ toy")]) == 3
    assert "2026-01-13" in text
    assert "-10.0%" in text


def test_markdown_folds_what_passed():
    text = render_verdict(verdict(BROKEN, PASSED), [], "md")
    assert text.startswith("## Gate: FAIL: 1 failed")
    shown, folded = text.split("<details><summary>1 passed</summary>")
    assert "meteor" in shown
    assert "cider_d" in folded


def test_a_verdict_is_json_with_its_outcome():
    record = json.loads(json.dumps(verdict(BROKEN, GONE).to_json(), allow_nan=False))
    assert record["outcome"] == "fail"
    assert record["checks"][1]["used"] is None


@given(text=st.text(max_size=40))
def test_whatever_is_said_stays_in_its_cell(text):
    fallen = Regression("toy", text, "cider_d", 0.5, 0.6, 0.1, text, f"<b>{text}</b>")
    found = verdict(Check("toy", text, "", "fail", text), regressions=(fallen,))
    page = render_verdict(found, [], "md")
    assert "<b>" not in page
    assert len([line for line in page.splitlines() if line.startswith("| ")]) == 4
    suite = ElementTree.fromstring(render_junit(found).encode())[0]
    assert len(suite.findall("testcase")) == 1
    assert suite.get("failures") == "1"


def test_junit_says_inconclusive_by_skipping():
    suite = ElementTree.fromstring(render_junit(verdict(UNCLEAR)).encode())[0]
    assert suite[0].find("skipped").get("message") == "inconclusive: x1.40"
    assert (suite.get("skipped"), suite.get("failures")) == ("1", "0")
