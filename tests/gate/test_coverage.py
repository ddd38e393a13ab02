"""Coverage: systems, clips and words that should be there, counted up to the very limit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_nights import CLIPS, night_of, system_of

from benchmark.gate.coverage import judge_coverage, judge_presence
from benchmark.gate.policy import CoverageRule

STRICT = CoverageRule(min_captioned=1.0, max_failed=0.0, max_empty_rise=0.01)
HUNDRED = tuple(f"{number:03d}" for number in range(100))


def statuses(checks):
    return {check.subject: check.status for check in checks}


def captioned(n_clips, n_empty=0, of=HUNDRED, **changes):
    """A system that captioned the first clips, and found no words for the first of these."""
    captions = {clip: "" if at < n_empty else "rain" for at, clip in enumerate(of[:n_clips])}
    return system_of(captions=captions, **changes)


def test_a_system_of_the_baseline_that_is_gone_fails():
    night = night_of([system_of("rain"), system_of("wind")], [system_of("rain")])
    (check,) = judge_presence(night)
    assert (check.system, check.subject, check.status) == ("wind", "system", "fail")
    assert check.reason == "in the baseline, and not in the run"
    assert check.used is None


def test_a_system_that_stopped_fails_with_its_reason():
    night = night_of([system_of()], [system_of(failure="after 3 clips: boom")])
    (check,) = judge_presence(night)
    assert (check.status, check.reason) == ("fail", "stopped after 3 clips: boom")


def test_a_system_that_stopped_before_it_scored_a_clip_fails_once():
    night = night_of([system_of()], [system_of(clips=(), failure="at once")])
    assert [check.reason for check in judge_presence(night)] == ["stopped at once"]


def test_a_system_without_a_scored_clip_fails():
    night = night_of([system_of()], [system_of(clips=())])
    assert [check.reason for check in judge_presence(night)] == ["no clip of it was scored"]


def test_a_new_system_that_works_is_no_matter_of_presence():
    night = night_of([system_of("rain")], [system_of("rain"), system_of("wind")])
    assert judge_presence(night) == []


def test_all_captions_pass_and_are_counted():
    checks = judge_coverage(captioned(100), captioned(100), STRICT)
    assert statuses(checks) == {
        "coverage": "pass",
        "failed captions": "pass",
        "empty captions": "pass",
    }
    assert checks[0].reason == "100 of 100 clips have a caption"
    assert [check.used for check in checks] == [0.0, 0.0, 0.0]


def test_missing_clips_are_named_up_to_three():
    checks = judge_coverage(captioned(98), captioned(100), STRICT)
    assert checks[0].reason == "98 of 100 clips have a caption; missing: 098, 099"
    checks = judge_coverage(captioned(96), captioned(100), STRICT)
    assert checks[0].reason == "96 of 100 clips have a caption; missing: 096, 097, 098, ..."
    checks = judge_coverage(captioned(97), captioned(100), STRICT)
    assert checks[0].reason.endswith("missing: 097, 098, 099")


def test_a_limit_that_allows_nothing_is_not_used_up_by_a_number():
    coverage = judge_coverage(captioned(99), captioned(100), STRICT)[0]
    assert (coverage.status, coverage.used) == ("fail", None)


def test_half_of_the_allowance_is_half_used_up():
    rule = CoverageRule(min_captioned=0.9)
    (check,) = judge_coverage(captioned(95), captioned(100), rule)
    assert check.status == "pass"
    assert check.used == pytest.approx(0.5)
    assert (check.limit, check.baseline, check.run) == (">= 90 %", 1.0, 0.95)


@pytest.mark.parametrize("n_clips", range(1, 101))
def test_exactly_as_many_captions_as_asked_for_pass_and_one_less_fails(n_clips):
    """Also where the share has no exact binary form, as 93 of 100."""
    rule = CoverageRule(min_captioned=n_clips / 100)
    (reached,) = judge_coverage(captioned(n_clips), captioned(100), rule)
    (missed,) = judge_coverage(captioned(n_clips - 1), captioned(100), rule)
    assert (reached.status, missed.status) == ("pass", "fail")
    assert reached.used is None or reached.used == pytest.approx(1.0) or n_clips == 100


def test_only_clips_that_the_baseline_captioned_are_expected():
    before = captioned(60)
    (check,) = judge_coverage(captioned(60), before, CoverageRule(min_captioned=1.0))
    assert check.reason == "60 of 60 clips have a caption"


def test_captions_of_other_clips_make_up_for_nothing():
    before, others = captioned(2, of=("a", "b")), captioned(3, of=("b", "c", "d"))
    (check,) = judge_coverage(others, before, CoverageRule(min_captioned=1.0))
    assert (check.status, check.reason) == ("fail", "1 of 2 clips have a caption; missing: a")


def test_of_a_new_system_all_clips_of_the_run_are_expected():
    checks = judge_coverage(system_of(clips=CLIPS[:9]), None, STRICT)
    assert statuses(checks) == {"coverage": "fail", "failed captions": "pass"}
    assert checks[0].reason == "9 of 10 clips have a caption; missing: j"


def test_a_baseline_without_any_caption_expects_none():
    checks = judge_coverage(captioned(0), captioned(0), STRICT)
    assert set(statuses(checks).values()) == {"pass"}


@pytest.mark.parametrize(("n_failed", "status"), [(0, "pass"), (5, "pass"), (6, "fail")])
def test_failed_captions_are_a_share_of_the_expected_clips(n_failed, status):
    rule = CoverageRule(max_failed=0.05)
    (check,) = judge_coverage(captioned(100, n_failed=n_failed), captioned(100), rule)
    assert (check.subject, check.status) == ("failed captions", status)
    assert check.run == n_failed / 100
    assert check.used == pytest.approx(n_failed / 5)
    assert check.reason == f"{n_failed} % of the clips failed"


@pytest.mark.parametrize("n_before", range(0, 90, 5))
def test_a_rise_of_empty_captions_up_to_the_limit_passes(n_before):
    """5 of 100 less 4 of 100 is a little more than 1 % in binary, and not beyond it."""
    rule = CoverageRule(max_empty_rise=0.01)
    before = captioned(100, n_empty=n_before + 4)
    (reached,) = judge_coverage(captioned(100, n_empty=n_before + 5), before, rule)
    (beyond,) = judge_coverage(captioned(100, n_empty=n_before + 6), before, rule)
    assert (reached.status, beyond.status) == ("pass", "fail")
    assert reached.used == pytest.approx(1.0)
    assert reached.used <= 1.0 < beyond.used


def test_fewer_empty_captions_use_nothing_up():
    rule = CoverageRule(max_empty_rise=0.0)
    (check,) = judge_coverage(captioned(100, n_empty=1), captioned(100, n_empty=50), rule)
    assert (check.status, check.used) == ("pass", 0.0)
    assert check.reason == "1 % of the captions have no words"


def test_blanks_are_no_words():
    now = system_of(captions={"a": " \t\n", "b": "rain"}, clips=("a", "b"))
    before = captioned(2, of=("a", "b"))
    (check,) = judge_coverage(now, before, CoverageRule(max_empty_rise=0.4))
    assert (check.status, check.run) == ("fail", 0.5)


def test_empty_captions_of_a_new_system_have_nothing_to_rise_from():
    checks = judge_coverage(captioned(100, n_empty=100), None, STRICT)
    assert "empty captions" not in statuses(checks)


def test_limits_that_are_switched_off_make_no_check():
    assert judge_coverage(captioned(0, n_failed=100), captioned(100), CoverageRule()) == []


@given(
    n_before=st.integers(1, 100),
    n_now=st.integers(0, 100),
    min_captioned=st.floats(0.0, 1.0),
)
def test_a_check_of_coverage_fails_just_where_more_than_the_allowance_is_missing(
    n_before, n_now, min_captioned
):
    (check,) = judge_coverage(
        captioned(n_now), captioned(n_before), CoverageRule(min_captioned=min_captioned)
    )
    n_there = min(n_now, n_before)
    if check.status == "fail":
        assert n_there / n_before < min_captioned
        assert check.used is None or check.used > 1.0
    else:
        assert n_there / n_before >= min_captioned - 1e-8
        assert check.used <= 1.0
