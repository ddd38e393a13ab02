"""JUnit XML: one case a check, three outcomes in a form that knows two, and any text at all."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.gate.checks import Check, Verdict
from benchmark.gate.junit import render_junit

PASSED = Check("toy", "cider_d", "drop <= 2 %", "pass", "the same")
UNCLEAR = Check("toy", "latency", "<= x1.3", "inconclusive", "x1.40")
BROKEN = Check("rain", "meteor", "drop <= 2 %", "fail", "3.00 % worse")


def suite_of(*checks, **fields):
    text = render_junit(Verdict("run", "baseline", "built in", tuple(checks), **fields))
    assert text.startswith("<?xml")
    root = ElementTree.fromstring(text.encode())
    assert root.tag == "testsuites"
    (suite,) = root
    return suite


def counts(suite):
    return {key: int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped")}


def test_every_check_is_a_case_of_its_system():
    suite = suite_of(BROKEN, UNCLEAR, PASSED)
    assert [(case.get("classname"), case.get("name")) for case in suite] == [
        ("rain", "meteor: drop <= 2 %"),
        ("toy", "latency: <= x1.3"),
        ("toy", "cider_d: drop <= 2 %"),
    ]
    assert counts(suite) == {"tests": 3, "failures": 1, "errors": 0, "skipped": 1}


def test_a_check_without_a_limit_is_named_by_its_subject():
    (case,) = suite_of(Check("toy", "system", "", "fail", "gone"))
    assert case.get("name") == "system"


def test_a_broken_limit_is_a_failure_with_its_reason():
    (case,) = suite_of(BROKEN)
    (failure,) = case
    assert failure.tag == "failure"
    assert (failure.get("type"), failure.get("message")) == ("meteor", "3.00 % worse")


def test_an_inconclusive_check_is_skipped_and_says_so():
    (case,) = suite_of(UNCLEAR)
    (skipped,) = case
    assert (skipped.tag, skipped.get("message")) == ("skipped", "inconclusive: x1.40")


def test_a_warning_is_a_passed_case_whose_output_says_so():
    suite = suite_of(Check("toy", "spice", "drop <= 2 %", "warning", "4.00 % worse"))
    assert counts(suite) == {"tests": 1, "failures": 0, "errors": 0, "skipped": 0}
    assert suite[0][0].text == "warning: 4.00 % worse"


def test_a_passed_check_says_what_was_seen():
    (case,) = suite_of(PASSED)
    assert [(part.tag, part.text) for part in case] == [("system-out", "the same")]


def test_nothing_measured_is_an_error_and_no_empty_success():
    suite = suite_of(unmeasured="no system of the run has a scored clip")
    assert counts(suite) == {"tests": 1, "failures": 0, "errors": 1, "skipped": 0}
    error = suite[0].find("error")
    assert error.get("message") == "no system of the run has a scored clip"
    assert error.get("type") == "nothing measured"


def test_no_check_is_an_empty_suite():
    assert counts(suite_of()) == {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}


@pytest.mark.parametrize(
    ("character", "shown"),
    [
        ("\x00", r"\x00"),
        ("\x1b", r"\x1b"),
        ("\x9b", r"\x9b"),
        ("\u202e", r"\u202e"),
        ("\ud800", r"\ud800"),
        ("\ufffe", "\ufffd"),
    ],
)
def test_what_xml_cannot_hold_and_what_steers_a_terminal_is_shown_or_replaced(character, shown):
    (case,) = suite_of(Check(f"t{character}y", "system", "", "fail", f"a{character}b"))
    assert case.get("classname") == f"t{shown}y"
    assert case.find("failure").get("message") == f"a{shown}b"


def test_markup_in_a_reason_stays_text():
    (case,) = suite_of(Check("<toy>", "system", "", "fail", '"a" & <b>'))
    assert case.get("classname") == "<toy>"
    assert case.find("failure").get("message") == '"a" & <b>'


@given(
    system=st.text(max_size=20),
    reason=st.text(max_size=40),
    status=st.sampled_from(["pass", "fail", "inconclusive"]),
)
def test_whatever_is_written_stays_one_case(system, reason, status):
    suite = suite_of(Check(system, "latency", "", status, reason), unmeasured=None)
    assert len(suite.findall("testcase")) == counts(suite)["tests"] == 1
    assert counts(suite)["failures"] == (status == "fail")
    assert counts(suite)["skipped"] == (status == "inconclusive")
