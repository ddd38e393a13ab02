"""The whole judgement: every kind of check in one verdict, worst first, and what is only noted."""

from __future__ import annotations

import dataclasses

import pytest
from machines import SERVER
from made_nights import accept, night_of, run_of, system_of, timed_in

from benchmark.errors import UnknownNameError, UsageError
from benchmark.gate.held import HeldRun
from benchmark.gate.judgement import judge_run, unmeasured
from benchmark.gate.policy import read_policy
from benchmark.systems.makeup import Makeup

BUILT_IN = read_policy(None)
TOY = system_of("toy", {"cider_d": 0.5}, timed=timed_in([2.0] * 10, encode=1.0))


def statuses(verdict):
    return {(check.system, check.subject): check.status for check in verdict.checks}


def test_an_equal_night_passes_every_kind_of_check():
    before = accept(run_of(TOY, peak_rss_mib=1000.0))
    verdict = judge_run(HeldRun(run_of(TOY, peak_rss_mib=1000.0), before), BUILT_IN)
    assert verdict.outcome == "pass"
    assert set(statuses(verdict)) == {
        ("toy", "coverage"),
        ("toy", "failed captions"),
        ("toy", "empty captions"),
        ("toy", "cider_d"),
        ("toy", "latency"),
        ("toy", "stage encode"),
        ("(run)", "peak memory"),
    }
    assert (verdict.notes, verdict.regressions) == ((), ())


def test_a_verdict_says_what_was_held_against_what_and_by_whose_limits(read):
    policy = read("")
    night = night_of([TOY], [TOY])
    verdict = judge_run(night, policy)
    assert verdict.run == f"runs/night ({night.run.content_id})"
    assert verdict.baseline == f"baseline.json ({night.baseline.content_id}, version 1)"
    assert verdict.policy == policy.source
    assert verdict.policy.endswith("policy.toml")


def test_what_is_broken_stands_before_what_is_unclear_and_what_passed():
    before = [TOY, system_of("few", {"cider_d": 1.0}, clips="abcde")]
    now = [
        system_of("toy", {"cider_d": 0.5}, timed=timed_in([4.0] * 10, encode=1.0)),
        system_of("few", {"cider_d": 0.5}, clips="abcde"),
    ]
    verdict = judge_run(night_of(before, now), BUILT_IN)
    ranks = [("fail", "inconclusive", "pass").index(check.status) for check in verdict.checks]
    assert ranks == sorted(ranks)
    assert (verdict.checks[0].subject, verdict.checks[0].status) == ("latency", "fail")
    assert statuses(verdict)["few", "cider_d"] == "inconclusive"
    assert verdict.outcome == "fail"


def test_a_system_that_is_gone_fails_the_night():
    verdict = judge_run(night_of([TOY, system_of("b")], [TOY]), BUILT_IN)
    assert statuses(verdict)["b", "system"] == "fail"
    assert verdict.outcome == "fail"


def test_a_new_system_is_noted_and_only_its_captions_are_counted():
    new = system_of("b", {"cider_d": 0.1})
    verdict = judge_run(night_of([TOY], [TOY, new]), BUILT_IN)
    assert verdict.notes == ("b: new, not in the baseline",)
    assert {subject for name, subject in statuses(verdict) if name == "b"} == {
        "coverage",
        "failed captions",
    }
    assert verdict.outcome == "pass"


def test_metrics_that_are_new_are_noted():
    more = system_of("toy", {"cider_d": 0.5, "spice": 0.1, "fer": 0.2})
    verdict = judge_run(night_of([system_of("toy", {"cider_d": 0.5})], [more]), BUILT_IN)
    assert verdict.notes == ("toy: spice, fer new, not in the baseline",)


def test_another_machine_is_noted():
    other = dataclasses.replace(SERVER, cpu="Apple M3")
    before = accept(run_of(TOY, machine=SERVER))
    verdict = judge_run(HeldRun(run_of(TOY, machine=other), before), BUILT_IN)
    (note,) = verdict.notes
    assert note == "another machine than the baseline's: cpu Apple M3 (baseline: AMD EPYC)"


def test_times_that_the_baseline_lacks_are_noted():
    before = system_of("toy", {"cider_d": 0.5})
    verdict = judge_run(night_of([before], [TOY]), BUILT_IN)
    assert verdict.notes == ("toy: latency not compared: in the baseline no call was timed",)


def test_a_night_without_a_scored_clip_measured_nothing():
    verdict = judge_run(night_of([TOY], [system_of("toy", clips=())]), BUILT_IN)
    assert verdict.outcome == "nothing measured"
    assert verdict.unmeasured == "no system of the run has a scored clip"
    assert verdict.checks == ()


def test_one_scored_system_of_two_is_judged_and_the_other_fails():
    before = [TOY, system_of("b", {"cider_d": 0.5})]
    verdict = judge_run(night_of(before, [TOY, system_of("b", clips=())]), BUILT_IN)
    assert statuses(verdict)["b", "system"] == "fail"
    assert statuses(verdict)["toy", "cider_d"] == "pass"


def test_an_unmeasured_run_is_named_as_it_was_given():
    baseline = accept(run_of(TOY), version=3)
    verdict = unmeasured("it is unfinished", "runs/x", baseline, BUILT_IN)
    assert (verdict.run, verdict.policy) == ("runs/x", "built in")
    assert verdict.baseline.endswith("version 3)")
    assert verdict.exit_code == 3


def test_other_data_is_refused_before_anything_is_judged():
    with pytest.raises(UsageError, match="the baseline is of other data"):
        judge_run(night_of([TOY], [system_of(clips=())], dataset="audiocaps:test"), BUILT_IN)


def test_rules_may_name_a_system_that_is_gone_and_none_that_never_was(read):
    night = night_of([TOY, system_of("old")], [TOY])
    assert judge_run(night, read("[systems.old.coverage]\nmax_failed = 0.5\n")).checks
    with pytest.raises(UnknownNameError, match="Did you mean 'toy'"):
        judge_run(night, read("[systems.toys.coverage]\nmax_failed = 0.5\n"))


def test_the_policy_says_which_clips_are_listed_and_how_many(read):
    before = system_of("toy", {"cider_d": 1.0, "spice": [1.0, 0.5] + [0.25] * 8})
    now = system_of("toy", {"cider_d": 0.5, "spice": [0.0, 0.0] + [0.25] * 8})
    night = night_of([before], [now])
    assert len(judge_run(night, BUILT_IN).regressions) == 10
    verdict = judge_run(night, read('[worst]\nmetric = "spice"\nn_clips = 1\n'))
    (first,) = verdict.regressions
    assert (first.clip_id, first.metric, first.loss) == ("a", "spice", 1.0)


def test_limits_of_one_system_are_not_those_of_another(read):
    now = [system_of(name, {"cider_d": 0.5}, n_failed=1) for name in "ab"]
    policy = read("[systems.a.coverage]\nmax_failed = 0.1\n")
    verdict = judge_run(night_of(now, now), policy)
    assert statuses(verdict)["a", "failed captions"] == "pass"
    assert statuses(verdict)["b", "failed captions"] == "fail"


def test_a_night_with_all_limits_off_passes_whatever_the_numbers(read):
    off = (
        "".join(f"[{table}]\nmax_ratio = false\n" for table in ("latency", "stages", "memory"))
        + "[coverage]\nmin_captioned = false\nmax_failed = false\nmax_empty_rise = false\n"
    )
    policy = read(f"{off}[metrics.default]\nmax_drop = false\n[metrics.fer]\nmargin = false\n")
    worse = system_of("toy", {"cider_d": 0.0}, clips="ab", timed=timed_in([9.0] * 10))
    verdict = judge_run(night_of([TOY], [worse], peak_rss_mib=1e6), policy)
    assert (verdict.checks, verdict.outcome) == ((), "pass")


def test_what_systems_are_made_of_since_the_baseline_is_noted_and_not_judged():
    def made_of(weights, *names):
        makeup = Makeup("f", {"w.bin": weights})
        return [system_of(name, {"cider_d": 0.5}, makeup=makeup) for name in names]

    before = [*made_of("a", "one", "two"), *made_of("b", "three")]
    now = [*made_of("c", "one", "two"), *made_of("b", "three")]
    verdict = judge_run(night_of(before, now), BUILT_IN)
    assert verdict.outcome == "pass"
    assert verdict.notes == ("one, two, since the baseline: changed: the weights of w.bin",)
