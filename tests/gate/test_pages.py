"""Verdicts as text and markdown, where captions and errors are not to be trusted."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.gate.checks import Check, Reach, Regression, Verdict
from benchmark.gate.history import FoundStep
from benchmark.gate.pages import headline, render_verdict

PASSED = Check("toy", "cider_d", "drop <= 2 %", "pass", "the same", used=0.0)
UNCLEAR = Check("toy", "latency", "<= x1.3", "inconclusive", "x1.40", "relative", 1.0, 1.4, 1.3)
BROKEN = Check("toy", "meteor", "drop <= 2 %", "fail", "3.00% worse", used=1.5)
WARNED = Check("toy", "spice", "drop <= 2 %", "warning", "4.00 % worse", used=2.0)
STEP = FoundStep("toy", "cider_d", "2026-01-13T02:00:00+00:00", "abc", 0.5, 0.45)
FALLEN = Regression("toy", "a.wav", "cider_d", 0.5, 0.6, 0.1, "rain falls", "a noise")


def verdict(*checks, **fields):
    return Verdict("runs/x (a)", "b.json (b)", "built in", tuple(checks), **fields)


def row_of(check):
    """The cells of a check's line in a text table."""
    line = next(x for x in render_verdict(verdict(check), [], "text").splitlines() if "│ toy" in x)
    return [cell.strip() for cell in line.strip("│").split("│")]


@pytest.mark.parametrize(
    ("checks", "line"),
    [
        ([], "PASS: 0 failed, 0 inconclusive, 0 passed"),
        ([PASSED], "PASS: 0 failed, 0 inconclusive, 1 passed"),
        ([PASSED, WARNED], "PASS: 0 failed, 0 inconclusive, 1 warned of, 1 passed"),
        ([PASSED, UNCLEAR], "INCONCLUSIVE: 0 failed, 1 inconclusive, 1 passed"),
        ([BROKEN, UNCLEAR, PASSED], "FAIL: 1 failed, 1 inconclusive, 1 passed"),
    ],
)
def test_the_first_line_is_the_outcome_and_its_counts(checks, line):
    assert headline(verdict(*checks), "text") == line
    assert headline(verdict(*checks), "md") == f"## Gate: {line}"
    assert render_verdict(verdict(*checks), [], "text").splitlines()[0] == line


def test_a_warning_stands_above_what_passed_and_is_not_folded_away():
    assert row_of(WARNED)[1] == "warn"
    page = render_verdict(verdict(WARNED, PASSED), [], "md")
    assert page.index("spice") < page.index("<details>")


def test_systems_of_which_the_same_can_be_called_share_a_line():
    said = (("b", "call 6.1 %"), ("a", "call 2 %"), ("c", "call 6.1 %"))
    reach = [Reach(name, "cider_d", 120, 3, 0.061, None, 190, words) for name, words in said]
    page = render_verdict(verdict(PASSED, reach=reach), [], "text")
    assert "- b, c: call 6.1 %\n- a: call 2 %\n" in page


def test_that_nothing_was_measured_is_said_with_the_reason():
    page = render_verdict(verdict(unmeasured="no clip was scored"), [], "text")
    assert page == (
        "NOTHING MEASURED: no clip was scored\n\n"
        "Run runs/x (a) against b.json (b); limits: built in.\n"
    )


def test_text_has_one_line_a_check_and_the_steps_with_date_and_size():
    text = render_verdict(verdict(BROKEN, UNCLEAR, PASSED), [STEP], "text")
    assert len([line for line in text.splitlines() if line.startswith("│ toy")]) == 3
    assert "Steps in the history:" in text
    assert "2026-01-13" in text
    assert "-10.0%" in text


@pytest.mark.parametrize(
    ("unit", "value", "spelt"),
    [
        ("score", 0.12345, "0.1235"),
        ("share", 0.935, "93.5%"),
        ("relative", 1234.5, "1234"),
        ("mib", 1234.5, "1,234 MiB"),
    ],
)
def test_numbers_are_spelt_in_their_units(unit, value, spelt):
    cells = row_of(Check("toy", "it", "", "pass", "so", unit, value, None))
    assert cells == ["toy", "pass", "it", spelt, "–", "so"]  # noqa: RUF001 (what tables print)


@pytest.mark.parametrize(
    ("status", "mark"), [("fail", "FAIL"), ("inconclusive", "unclear"), ("pass", "pass")]
)
def test_what_is_broken_stands_out(status, mark):
    assert row_of(Check("toy", "it", "<= 1", status, "so"))[1:3] == [mark, "it: <= 1"]


def test_a_step_from_nothing_has_no_share():
    step = FoundStep("toy", "fer", "2026-01-13T02:00:00+00:00", "abc", 0.0, 0.25)
    line = render_verdict(verdict(), [step], "text").splitlines()[-2]
    assert [cell.strip() for cell in line.strip("│").split("│")] == [
        *("2026-01-13", "toy", "fer", "0", "0.25", "–", "abc"),  # noqa: RUF001 (see above)
    ]


def test_clips_that_fell_stand_with_both_captions():
    text = render_verdict(verdict(BROKEN, regressions=(FALLEN,)), [], "text")
    assert text.endswith(
        "Clips that fell most:\n\n"
        "toy, a.wav: cider_d 0.600 -> 0.100\n"
        "    was: rain falls\n"
        "    is:  a noise\n"
    )
    page = render_verdict(verdict(BROKEN, regressions=(FALLEN,)), [], "md")
    assert "### Clips that fell most" in page
    assert "cider_d 0.600 -&gt; 0.100" in page


def test_notes_are_a_list():
    text = render_verdict(verdict(PASSED, notes=("b: new", "c: new")), [], "text")
    assert "\n\n- b: new\n- c: new\n" in text


def test_markdown_folds_what_passed():
    text = render_verdict(verdict(BROKEN, PASSED), [], "md")
    shown, folded = text.split("<details><summary>1 passed</summary>")
    assert "meteor" in shown
    assert "cider_d" in folded
    assert folded.rstrip().endswith("</details>")


def test_markdown_without_a_passed_check_folds_nothing():
    assert "<details>" not in render_verdict(verdict(BROKEN), [], "md")
    alone = render_verdict(verdict(PASSED), [], "md")
    assert alone.count("| System") == 1


def test_markup_in_a_caption_stays_text():
    caption = "a | pipe <script>alert(1)</script> `rain` [x](y)"
    fallen = Regression("toy", "a", "cider_d", 0.5, 0.6, 0.1, "rain", caption)
    page = render_verdict(verdict(regressions=(fallen,)), [], "md")
    assert (r"a \| pipe &lt;script&gt;alert(1)&lt;/script&gt; &#96;rain&#96; &#91;x](y)") in page


@pytest.mark.parametrize("form", ["text", "md"])
def test_what_would_steer_a_terminal_is_spelt_out(form):
    fallen = Regression("toy", "a", "cider_d", 0.5, 0.6, 0.1, "\x1b[2Jrain", "\x07a\nnoise")
    check = Check("toy", "it", "", "fail", "boom \x1b]0;title\x07")
    page = render_verdict(verdict(check, regressions=(fallen,)), [], form)
    assert "\x1b" not in page
    assert "\x07" not in page
    assert r"\x1b" in page
    assert r"\x07a noise" in page


@given(text=st.text(max_size=40))
def test_whatever_is_written_stays_in_its_cell(text):
    fallen = Regression("toy", text, "cider_d", 0.5, 0.6, 0.1, text, f"<b>{text}</b>")
    judged = verdict(Check("toy", text, "", "fail", text), regressions=(fallen,))
    page = render_verdict(judged, [], "md")
    assert "<b>" not in page
    assert len([line for line in page.splitlines() if line.startswith("| ")]) == 4
    plain = render_verdict(judged, [], "text").replace("\n", "")
    assert not [character for character in plain if unicodedata.category(character) == "Cc"]
