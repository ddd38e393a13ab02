"""Policies: what lies over what, and what is refused with which words."""

from __future__ import annotations

import contextlib
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.errors import UnknownNameError, UsageError
from benchmark.gate.policy import MetricRule, RatioRule, read_policy
from benchmark.gate.policy_form import check_policy
from benchmark.metrics.catalogue import METRICS


def test_the_built_in_policy_limits_drops_captions_times_and_memory():
    policy = read_policy(None)
    limits = policy.limits("any")
    assert policy.source == "built in"
    assert limits.metric("cider_d") == MetricRule(max_drop=0.02)
    assert limits.metric("fer") == MetricRule(max_loss=0.01)
    assert limits.coverage.min_captioned == 1.0
    assert limits.stages == limits.latency == RatioRule(1.3, 0.002)
    assert policy.memory == RatioRule(1.25, 256)


def test_the_built_in_policy_lets_spider_decide_or_cider_and_bears_what_it_cannot_tell():
    policy = read_policy(None)
    assert (policy.primary, policy.is_strict) == (("spider", "cider_d"), False)


def test_a_policy_says_what_decides_and_how_strictly(read):
    policy = read('[tests]\nprimary = ["fense"]\nstrict = true\n[metrics.spice]\ndecides = true\n')
    assert (policy.primary, policy.is_strict, policy.alpha) == (("fense",), True, 0.01)
    assert policy.limits("any").metric("spice") == MetricRule(max_drop=0.02, decides=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[tests]\nprimary = "spice"\n', "tests.primary: found 'spice'; expected a list"),
        ('[tests]\nprimary = ["spicy"]\n', "tests.primary = spicy"),
        ("[tests]\nstrict = 1\n", "tests.strict: found 1; expected true or false"),
        ("[metrics.spice]\ndecides = 0.5\n", "decides: found 0.5; expected true or false"),
        ("[metrics.fer]\nmax_loss = -1\n", "max_loss: found -1; expected a number"),
    ],
)
def test_what_decides_is_named_as_it_is(read, text, words):
    with pytest.raises(UsageError, match=re.escape(words)):
        read(text)


def test_a_policy_lies_over_the_built_in_one(read):
    policy = read("[metrics.default]\nmax_drop = 0.05\n[coverage]\nmax_failed = 0.1\n")
    limits = policy.limits("any")
    assert limits.metric("meteor").max_drop == 0.05
    assert limits.coverage.max_failed == 0.1
    assert limits.coverage.min_captioned == 1.0
    assert limits.latency.max_ratio == 1.3


def test_a_metrics_own_rule_lies_over_the_default_and_a_systems_over_both(read):
    policy = read(
        "[metrics.cider_d]\nmin = 0.3\n"
        '[systems."wsac[preset=code]".metrics.cider_d]\nmin = 0.5\nmargin = 0.01\n'
    )
    assert policy.limits("any").metric("cider_d") == MetricRule(min=0.3, max_drop=0.02)
    of_wsac = policy.limits("wsac[preset=code]").metric("cider_d")
    assert of_wsac == MetricRule(min=0.5, max_drop=0.02, margin=0.01)


def test_a_systems_default_does_not_reach_metrics_with_a_rule_of_their_own(read):
    """The built-in rule of FER switches the drop off, and holds for every system."""
    limits = read("[systems.a.metrics.default]\nmax_drop = 0.5\n").limits("a")
    assert limits.metric("cider_d") == MetricRule(max_drop=0.5)
    assert limits.metric("fer") == MetricRule(max_loss=0.01)


def test_a_rule_says_what_it_needs_of_run_and_baseline():
    assert not MetricRule().needs_value
    assert not MetricRule().needs_baseline
    assert MetricRule(min=0.0).needs_value
    assert MetricRule(max=0.0).needs_value
    assert MetricRule(max_drop=0.0).needs_baseline
    assert MetricRule(margin=0.1).needs_baseline


@pytest.mark.parametrize(
    ("text", "is_needed"),
    [
        ("", True),
        ("[latency]\nmax_ratio = false\n", True),
        ("[stages]\nmax_ratio = false\n", True),
        ("[latency]\nmax_ratio = false\n[stages]\nmax_ratio = false\n", False),
    ],
)
def test_calls_are_needed_as_long_as_one_limit_of_times_is_on(read, text, is_needed):
    assert read(text).limits("any").needs_calls is is_needed


def test_numbers_of_the_whole_night_are_read(read):
    policy = read(
        '[tests]\nalpha = 0.05\n[worst]\nn_clips = 3\nmetric = "fer"\n'
        "[history]\nn_runs = 7\n[memory]\nmax_ratio = false\nfloor_mib = 1\n"
    )
    assert (policy.alpha, policy.n_worst_clips, policy.worst_metric) == (0.05, 3, "fer")
    assert policy.n_history_runs == 7
    assert policy.memory == RatioRule(None, 1)


def test_one_policy_leaves_the_built_in_one_as_it_was(read):
    before = read_policy(None)
    read("[coverage]\nmax_failed = 1\n[metrics.fer]\nmargin = 0.5\n")
    assert read_policy(None) == before
    assert read_policy(None).limits("a").coverage.max_failed == 0.0


def test_false_switches_a_limit_off(read):
    policy = read(
        "[metrics.default]\nmax_drop = false\n[stages]\nmax_ratio = false\n"
        "[coverage]\nmin_captioned = false\n"
    )
    limits = policy.limits("any")
    assert limits.metric("cider_d") == MetricRule()
    assert limits.stages.max_ratio is None
    assert limits.coverage.min_captioned is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[metric.cider_d]\nmin = 1\n", "unknown key metric. Did you mean 'metrics'?"),
        ("[metrics.cider]\nmin = 1\n", "unknown key metrics.cider. Did you mean 'cider_d'?"),
        ("[metrics.cider_d]\nmaxdrop = 0.1\n", "metrics.cider_d.maxdrop. Did you mean 'max_drop'"),
        ("[metrics.default]\nmin = 0.1\n", "unknown key metrics.default.min"),
        ("[metrics.cider_d]\nmax = 0.1\n", "cider_d is better when higher; use min"),
        ("[metrics.fer]\nmin = 0.1\n", "fer is better when lower; use max"),
        ('[metrics."vocab.cands"]\nmax_drop = 0.1\n', "vocab.cands only describes"),
        ("[metrics.cider_d]\nmax_drop = 2\n", "found 2; expected a number from 0 to 1"),
        ("[metrics.cider_d]\nmax_drop = nan\n", "found nan; expected"),
        ('[metrics.cider_d]\nmax_drop = "2 %"\n', "found '2 %'; expected a number"),
        ("[metrics.cider_d]\nmax_drop = true\n", "found True; expected"),
        ("[metrics.cider_d]\nmargin = 0\n", "found 0; expected"),
        ("[latency]\nmax_ratio = 0.5\n", "latency.max_ratio: found 0.5; expected"),
        ("latency = 3\n", "latency: found 3; expected a table"),
        ("[tests]\nalpha = false\n", "tests.alpha: found False; expected"),
        ("[worst]\nn_clips = 1.5\n", "expected a whole number"),
        ('[worst]\nmetric = "cider"\n', "Did you mean 'cider_d'?"),
        ("[worst]\nmetric = 3\n", "expected a metric's key"),
        ("[history]\nnights = 3\n", "unknown key history.nights"),
        ("[systems.wsac.metrics.cider]\nmin = 1\n", "systems.wsac.metrics.cider."),
        ("[systems.wsac.memory]\nmax_ratio = 2\n", "unknown key systems.wsac.memory"),
        ("[systems.wsac.latency]\nfloor = 2\n", "systems.wsac.latency.floor. Did you mean"),
        ("[metrics\n", "not TOML"),
    ],
)
def test_what_is_no_policy_is_refused_and_the_place_said(read, text, message):
    with pytest.raises(UsageError, match=r"policy\.toml") as refused:
        read(text)
    assert message in str(refused.value)


@pytest.mark.parametrize("text", ["", "schema = 2\n", 'schema = "1"\n'])
def test_another_schema_is_refused(tmp_path, text):
    path = tmp_path / "policy.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match="a policy begins with `schema = 1`"):
        read_policy(path)


def test_a_file_that_cannot_be_read_is_said(tmp_path):
    with pytest.raises(UsageError, match="cannot read the policy"):
        read_policy(tmp_path / "absent.toml")
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9\n")
    with pytest.raises(UsageError, match="cannot read the policy"):
        read_policy(tmp_path / "latin.toml")


def test_rules_for_an_unknown_system_are_refused(read):
    policy = read("[systems.wsac-p.coverage]\nmax_failed = 0.1\n")
    policy.refuse_strangers(["wsac-p", "constant"])
    with pytest.raises(UnknownNameError, match="Did you mean 'wsac-pd'"):
        policy.refuse_strangers(["wsac-pd", "constant"])


@pytest.mark.parametrize("key", METRICS)
def test_every_metric_has_a_rule_of_its_direction(key):
    bound = {True: "min", False: "max", None: None}[METRICS[key].higher_is_better]
    tables = {"schema": 1, "metrics": {key: {} if bound is None else {bound: 0.5}}}
    if bound is None:
        with pytest.raises(UsageError, match="only describes"):
            check_policy(tables, "here")
    else:
        check_policy(tables, "here")


_VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.dictionaries(
        st.sampled_from(["metrics", "systems", "cider_d", "default", "min", "max_drop", "x"]),
        inner,
        max_size=3,
    ),
    max_leaves=8,
)


@given(tables=st.dictionaries(st.sampled_from(["metrics", "systems", "latency", "worst"]), _VALUES))
def test_whatever_is_in_a_policy_is_accepted_or_refused_in_words(tables):
    """Every other exception fails the test."""
    with contextlib.suppress(UsageError):
        check_policy({"schema": 1, **tables}, "here")


def test_the_documented_example_is_a_policy(tmp_path):
    """Every TOML block of the how-to is read as a policy."""
    page = Path(__file__).parents[2] / "docs" / "nightly-gate.md"
    blocks = page.read_text(encoding="utf-8").split("```toml\n")[1:]
    assert blocks
    for block in blocks:
        check_policy(tomllib.loads(block.split("```")[0]), "docs")
