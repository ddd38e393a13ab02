"""Quality: drops, margins and bounds of made-up scores whose p-values can be counted by hand.

Ten clips that all fall do so in 1 of 2**10 shuffles of two nights; five in 1 of 2**5.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_nights import cell_of, night_of, system_of

from benchmark.gate.policy import read_policy
from benchmark.gate.quality import judge_quality

BUILT_IN = read_policy(None)
WITHIN = dict.fromkeys(("rouge_l", "spice", "spider", "spider_fl", "fense"), 0.5)


def judge(before, now, policy=BUILT_IN, **changes):
    """Judge one system's scores, given by metric, against another's."""
    sides = (system_of("toy", before), system_of("toy", now, **changes))
    return judge_quality(night_of([sides[0]], [sides[1]]), policy).checks


def only(checks, subject="cider_d", limit=""):
    """The one check of a subject, and of a limit that begins so."""
    (check,) = (c for c in checks if c.subject == subject and c.limit.startswith(limit))
    return check


def test_equal_scores_are_the_same_and_use_nothing_up():
    (check,) = judge({"cider_d": 0.5}, {"cider_d": 0.5})
    assert (check.status, check.reason, check.used) == ("pass", "the same", 0.0)
    assert (check.limit, check.baseline, check.run) == ("drop <= 2 %", 0.5, 0.5)


def test_a_small_drop_passes_and_says_its_size():
    (check,) = judge({"cider_d": 1.0}, {"cider_d": 0.99})
    assert (check.status, check.reason) == ("pass", "1.00 % worse")
    assert check.used == pytest.approx(0.5)


@pytest.mark.parametrize("value", [0.5, 0.3, 0.7, 1.1, 2.3])
def test_a_drop_of_just_the_limit_passes(value):
    (check,) = judge({"cider_d": value}, {"cider_d": value * 0.98})
    assert (check.status, check.reason) == ("pass", "2.00 % worse")
    assert check.used == pytest.approx(1.0)


def test_a_drop_of_ten_clips_in_ten_is_no_noise():
    (check,) = judge({"cider_d": 1.0}, {"cider_d": 0.75})
    assert check.status == "fail"
    assert check.used == pytest.approx(12.5)
    assert check.reason.startswith("25.00 % worse, corrected p 0.00")
    assert "noise" not in check.reason


def test_five_clips_can_never_tell_a_drop_from_noise():
    """All five fell, as they do by chance in 1 of 32 cases."""
    sides = [system_of("toy", {"cider_d": value}, clips="abcde") for value in (1.0, 0.75)]
    (check,) = judge_quality(night_of(sides[:1], sides[1:]), BUILT_IN).checks
    assert check.status == "inconclusive"
    assert check.reason == ("25.00 % worse: 5 clips can never tell it from chance; take 7 or more")


def test_clips_that_rise_and_fall_alike_may_be_noise():
    now = [0.0, 1.0] * 4 + [0.5, 0.2]
    (check,) = judge({"cider_d": 0.5}, {"cider_d": now})
    assert check.status == "inconclusive"
    assert check.used > 1


NEARLY = [0.5, 0.8] * 4 + [0.9, 1.0]
"""Of ten clips of 1.0: a drop of a quarter, of which a paired t says 0.001."""


def test_one_metric_decides_for_a_system_and_people_are_warned_of_the_others():
    now = dict.fromkeys(("rouge_l", "spice", "spider_fl"), 0.25)
    before = dict.fromkeys(now, 0.5)
    checks = judge(
        {"spider": 1.0, "cider_d": 1.0, **before}, {"spider": 1.0, "cider_d": 0.5, **now}
    )
    assert only(checks, "spider").status == "pass"
    assert {c.status for c in checks if c.subject != "spider"} == {"warning"}
    checks = judge({"cider_d": 1.0, **before}, {"cider_d": 0.5, **now})
    assert only(checks).status == "fail"
    assert {c.status for c in checks if c.subject != "cider_d"} == {"warning"}


def test_where_no_primary_metric_is_there_every_metric_decides():
    checks = judge({"rouge_l": 0.5, "spice": 0.5}, {"rouge_l": 0.5, "spice": 0.25})
    assert [(c.subject, c.status) for c in checks] == [("rouge_l", "pass"), ("spice", "fail")]


def test_a_policy_lets_a_metric_decide_beside_the_primary_one(read):
    policy = read("[metrics.spice]\ndecides = true\n")
    scores = ({"cider_d": 0.5, "spice": 0.5}, {"cider_d": 0.5, "spice": 0.25})
    assert only(judge(*scores, policy), "spice").status == "fail"
    assert only(judge(*scores), "spice").status == "warning"


def test_a_policy_names_its_primary_metric(read):
    policy = read('[tests]\nprimary = ["spice"]\n')
    checks = judge({"cider_d": 0.5, "spice": 0.5}, {"cider_d": 0.25, "spice": 0.5}, policy)
    assert [(c.subject, c.status) for c in checks] == [("cider_d", "warning"), ("spice", "pass")]


def test_the_family_holds_one_drop_of_every_system():
    """Of one system the drop is real, of many it may be chance."""

    def judge_first_of(number):
        names = [f"s{at}" for at in range(number)]
        before = [system_of(name, {"cider_d": 1.0, "spice": 0.5}) for name in names]
        now = [system_of(name, {"cider_d": 1.0 if at else NEARLY, "spice": 0.5})
               for at, name in enumerate(names)]  # fmt: skip
        return judge_quality(night_of(before, now), BUILT_IN).checks

    one, *_ = judge_first_of(1)
    many, *others = judge_first_of(20)
    assert (one.status, many.status) == ("fail", "inconclusive")
    assert {check.status for check in others} == {"pass"}
    assert "may be chance; accept 2 nights, which tell it if they agree, or take" in many.reason


def test_a_larger_alpha_calls_more_a_drop(read):
    policy = read("[tests]\nalpha = 0.1\n")
    sides = [system_of("toy", {"cider_d": value}, clips="abcde") for value in (1.0, 0.75)]
    (check,) = judge_quality(night_of(sides[:1], sides[1:]), policy).checks
    assert check.status == "fail"


def test_a_rise_passes_and_is_called_better():
    (check,) = judge({"cider_d": 0.5}, {"cider_d": 0.75})
    assert (check.status, check.reason, check.used) == ("pass", "50.00 % better", 0.0)


def test_of_a_baseline_of_zero_the_loss_is_said_in_the_metrics_units(read):
    policy = read("[metrics.fer]\nmax_drop = 0.02\nmax_loss = false\n")
    (check,) = judge({"fer": 0.0}, {"fer": 0.25}, policy)
    assert (check.status, check.used) == ("fail", None)
    assert check.reason.startswith("worse by 0.2500, corrected p")
    (check,) = judge({"cider_d": 0.0}, {"cider_d": 0.25})
    assert (check.status, check.reason, check.used) == ("pass", "better by 0.2500", 0.0)
    (check,) = judge({"cider_d": 0.0}, {"cider_d": 0.0})
    assert (check.status, check.reason) == ("pass", "the same")


def test_of_a_baseline_that_smoothing_left_the_gain_is_no_share():
    """BLEU-2 of captions without a common pair of words is some 5e-10."""
    (check,) = judge({"cider_d": 5e-10}, {"cider_d": 0.025})
    assert (check.status, check.reason) == ("pass", "better by 0.0250")
    (check,) = judge({"cider_d": 5e-10}, {"cider_d": 1e-10})
    assert (check.status, check.reason, check.used) == ("pass", "the same", 0.0)
    (check,) = judge({"cider_d": 0.025}, {"cider_d": 5e-10})
    assert (check.status, check.reason[:14]) == ("fail", "100.00 % worse")


def test_only_common_clips_are_compared_whatever_the_corpus_values_say():
    before = system_of("toy", {"cider_d": [9.0] + [0.5] * 9})
    now = system_of("toy", {"cider_d": [0.5] * 9}, clips="bcdefghij")
    (check,) = judge_quality(night_of([before], [now]), BUILT_IN).checks
    assert (check.status, check.reason, check.baseline) == ("pass", "the same", 0.5)


@pytest.mark.parametrize("common", ["", "e"])
def test_fewer_than_two_common_clips_tell_nothing(common):
    before = system_of("toy", {"cider_d": 0.5, "fer": 0.0}, clips=sorted(f"abcd{common}"))
    now = system_of("toy", {"cider_d": 0.5, "fer": 0.0}, clips=sorted(f"fghi{common}"))
    (check,) = judge_quality(night_of([before], [now]), BUILT_IN).checks
    assert (check.subject, check.status) == ("quality", "inconclusive")
    assert check.reason == f"clips scored in both runs: {len(common)}, too few to compare"


def test_too_few_common_clips_are_no_matter_where_no_limit_needs_them(read):
    policy = read("[metrics.default]\nmax_drop = false\n[metrics.cider_d]\nmin = 0.1\n")
    sides = [system_of("toy", {"cider_d": 0.5}, clips=clip) for clip in "ab"]
    (check,) = judge_quality(night_of(sides[:1], sides[1:]), policy).checks
    assert (check.limit, check.status) == (">= 0.1", "pass")


def test_two_common_clips_are_enough():
    sides = [system_of("toy", {"cider_d": 0.5}, clips=clips) for clips in ("abc", "bcd")]
    (check,) = judge_quality(night_of(sides[:1], sides[1:]), BUILT_IN).checks
    assert (check.subject, check.status) == ("cider_d", "pass")


def test_a_metric_that_vanished_fails_whatever_the_limits(read):
    policy = read("[metrics.default]\nmax_drop = false\n")
    checks = judge({"cider_d": 0.5, "spice": 0.1}, {"cider_d": 0.5}, policy)
    assert [(c.subject, c.status, c.reason) for c in checks] == [
        ("spice", "fail", "not in the run")
    ]


def test_a_metric_that_became_unavailable_fails_with_its_reason():
    lost = {"spice": cell_of("spice", None, "jars are missing")}
    check = only(judge({"spice": 0.1}, {}, cells=lost), "spice")
    assert (check.status, check.reason) == ("fail", "unavailable in the run: jars are missing")


def test_a_metric_that_was_unavailable_already_is_no_matter():
    cells = {"spice": cell_of("spice", None, "jars are missing")}
    sides = [system_of("toy", {"cider_d": 0.5}, cells=cells) for _ in range(2)]
    checks = judge_quality(night_of(sides[:1], sides[1:]), BUILT_IN).checks
    assert [check.subject for check in checks] == ["cider_d"]


def test_a_metric_that_is_new_is_not_judged_against_anything():
    checks = judge({"cider_d": 0.5}, {"cider_d": 0.5, "spice": 0.1})
    assert [check.subject for check in checks] == ["cider_d"]


def test_a_metric_made_with_another_tokeniser_fails_and_no_drop_of_it_is_judged():
    other = {"cider_d": cell_of("cider_d", 0.1, tok="blanks")}
    (check,) = judge({"cider_d": 0.5}, {"cider_d": 0.1}, cells=other)
    assert (check.status, check.limit) == ("fail", "")
    assert check.reason.startswith("cannot be compared: made with tok:blanks")


def test_a_metric_without_statistics_fails_and_the_others_are_judged():
    bare = {"cider_d": cell_of("cider_d", 0.5)}
    checks = judge({"cider_d": 0.5, "spice": 0.1}, {"spice": 0.1}, cells=bare)
    assert only(checks).reason == "cannot be compared: no statistics of it in the run"
    assert only(checks, "spice").reason == "the same"


@pytest.mark.parametrize(
    ("rule", "key", "value", "limit", "status"),
    [
        ("min = 0.5", "cider_d", 0.5, ">= 0.5", "pass"),
        ("min = 0.5", "cider_d", 0.4999, ">= 0.5", "fail"),
        ("min = -1", "sbert_sim", -0.5, ">= -1", "pass"),
        ("max = 0.25", "fer", 0.25, "<= 0.25", "pass"),
        ("max = 0.25", "fer", 0.2501, "<= 0.25", "fail"),
    ],
)
def test_bounds_hold_up_to_the_limit_itself(read, rule, key, value, limit, status):
    policy = read(f"[metrics.{key}]\n{rule}\n")
    check = only(judge({key: value}, {key: value}, policy), key, limit)
    assert (check.status, check.reason) == (status, f"is {value:.4f}")
    assert check.used == (0.0 if status == "pass" else None)


def test_bounds_hold_for_a_new_system_and_need_its_metric(read):
    policy = read("[metrics.cider_d]\nmin = 0.5\n")
    low, none = system_of("low", {"cider_d": 0.4}), system_of("none", {"spice": 0.4})
    night = night_of([system_of("toy", {})], [system_of("toy", {"cider_d": 0.6}), low, none])
    checks = {check.system: check for check in judge_quality(night, policy).checks}
    assert {name: check.status for name, check in checks.items()} == {
        "toy": "pass",
        "low": "fail",
        "none": "fail",
    }
    assert checks["none"].reason == "not in the run"


def test_a_rule_of_one_system_holds_for_it_alone(read):
    policy = read("[systems.a.metrics.cider_d]\nmin = 0.5\nmax_drop = false\n")
    sides = [[system_of(name, {"cider_d": 0.4}) for name in "ab"] for _ in range(2)]
    checks = judge_quality(night_of(*sides), policy).checks
    assert [(c.system, c.limit, c.status) for c in checks] == [
        ("a", ">= 0.5", "fail"),
        ("b", "drop <= 2 %", "pass"),
    ]


@pytest.mark.parametrize(("key", "before", "now"), [("cider_d", 0.75, 0.5), ("fer", 0.25, 0.5)])
@pytest.mark.parametrize(
    ("margin", "status"), [(0.5, "pass"), (0.25, "inconclusive"), (0.125, "fail")]
)
def test_a_loss_that_is_the_same_on_all_clips_is_held_against_the_margin(
    read, key, before, now, margin, status
):
    """Every draw of the clips has the loss 0.25, so its bounds are 0.25 as well."""
    policy = read(f"[metrics.{key}]\nmax_drop = false\nmax_loss = false\nmargin = {margin}\n")
    (check,) = judge({key: before}, {key: now}, policy)
    assert (check.status, check.limit) == (status, f"worse by < {margin:.4g}")
    assert check.reason == "worse by 0.2500, from 0.2500 to 0.2500"
    assert check.used == 0.25 / margin


def test_a_margin_is_undecided_where_few_clips_swing_wide(read):
    policy = read("[metrics.cider_d]\nmax_drop = false\nmargin = 0.1\n")
    (check,) = judge({"cider_d": 0.5}, {"cider_d": [0.0, 1.0] * 5}, policy)
    assert check.status == "inconclusive"
    assert check.used > 1


def test_better_is_never_worse_by_the_margin(read):
    policy = read("[metrics.cider_d]\nmax_drop = false\nmargin = 0.01\n")
    (check,) = judge({"cider_d": 0.5}, {"cider_d": 0.75}, policy)
    assert (check.status, check.used) == ("pass", 0.0)


def test_drop_margin_and_bound_of_one_metric_are_three_checks(read):
    policy = read("[metrics.cider_d]\nmin = 0.1\nmargin = 0.01\n")
    checks = judge({"cider_d": 0.5}, {"cider_d": 0.5}, policy)
    assert sorted(check.limit for check in checks) == [
        ">= 0.1",
        "drop <= 2 %",
        "worse by < 0.01",
    ]
    assert len({check.name for check in checks}) == 3


def test_an_unscored_system_has_no_quality():
    assert judge_quality(night_of([system_of()], [system_of(clips=())]), BUILT_IN).checks == []


@settings(max_examples=25, deadline=None)
@given(
    now=st.lists(st.integers(0, 8), min_size=10, max_size=10),
    key=st.sampled_from(["cider_d", "spice", "sbert_sim"]),
)
def test_a_drop_fails_or_is_unclear_only_beyond_its_limit(now, key):
    (check,) = judge({key: 0.5}, {key: [value / 8 for value in now]})
    drop = 1 - sum(now) / 8 / 10 / 0.5
    assert (check.status == "pass") == (drop <= 0.02 + 1e-12)
    assert ("better" in check.reason) == (drop < -1e-12)


def test_a_metric_that_lacks_clips_is_judged_on_those_that_both_runs_have():
    """The clip that tonight lacks was the best by far: without it nothing changed."""
    before = [10.0, *[0.5] * 9]
    (check,) = judge({"spice": before}, {"spice": [math.nan, *[0.5] * 9]})
    assert (check.status, check.reason) == ("pass", "the same")
    assert (check.baseline, check.run) == (0.5, 0.5)


def test_a_metric_that_almost_no_clip_has_in_both_runs_fails():
    (check,) = judge({"spice": 0.5}, {"spice": [0.5, *[math.nan] * 9]})
    assert check.status == "fail"
    assert check.reason == (
        "cannot be compared: of 10 common clips 1 have it in both; expected two or more"
    )
