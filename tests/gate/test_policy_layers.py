"""Layers of a policy: what an upper one does not mention holds as it stands below."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.errors import UsageError
from benchmark.gate.policy_layers import DecidingLayer, LimitLayer, PolicyLayer

NUMBERS = st.just(False) | st.floats(0.0, 1.0)
RULES = st.dictionaries(st.sampled_from(["max_drop", "margin"]), NUMBERS)
TABLES = st.dictionaries(st.sampled_from(["a", "b", "c"]), NUMBERS)
LIMITS = st.builds(
    LimitLayer,
    coverage=TABLES,
    latency=TABLES,
    stages=TABLES,
    metrics=st.dictionaries(st.sampled_from(["default", "fer"]), RULES),
)
POLICIES = st.builds(
    PolicyLayer,
    limits=LIMITS,
    systems=st.dictionaries(st.sampled_from(["x", "y"]), LIMITS),
    memory=TABLES,
    tests=st.builds(
        DecidingLayer,
        st.none() | st.floats(0.001, 0.5),
        st.none() | st.just(("spice",)),
        st.none() | st.booleans(),
    ),
)


def test_tables_are_typed_and_every_number_is_kept():
    layer = PolicyLayer.of(
        {
            "schema": 1,
            "memory": {"floor_mib": 256, "max_ratio": False},
            "worst": {"n_clips": 3, "metric": "spice"},
            "coverage": {"max_failed": 0.1},
            "systems": {"a": {"metrics": {"cider_d": {"min": 1}}}},
        },
        "mine.toml",
    )
    assert layer.memory == {"floor_mib": 256, "max_ratio": False}
    assert layer.memory["max_ratio"] is False
    assert layer.worst == {"n_clips": 3, "metric": "spice"}
    assert layer.limits == LimitLayer(coverage={"max_failed": 0.1})
    assert layer.limits_of("a") == LimitLayer(metrics={"cider_d": {"min": 1}})
    assert layer.limits_of("b") == LimitLayer()


def test_what_is_no_policy_becomes_no_layer():
    with pytest.raises(UsageError, match=r"mine\.toml: unknown key limits"):
        PolicyLayer.of({"schema": 1, "limits": {}}, "mine.toml")


def test_the_upper_layer_counts_key_by_key():
    below = LimitLayer(
        latency={"max_ratio": 1.3, "floor_s": 0.002},
        metrics={"default": {"max_drop": 0.02}, "fer": {"margin": 0.01}},
    )
    above = LimitLayer(
        latency={"max_ratio": False}, metrics={"fer": {"max": 0.5}, "spice": {"min": 0.1}}
    )
    assert above.over(below) == LimitLayer(
        latency={"max_ratio": False, "floor_s": 0.002},
        metrics={
            "default": {"max_drop": 0.02},
            "fer": {"margin": 0.01, "max": 0.5},
            "spice": {"min": 0.1},
        },
    )


def test_systems_of_both_layers_stay_apart():
    below = PolicyLayer(systems={"a": LimitLayer(coverage={"max_failed": 0.1})})
    above = PolicyLayer(systems={"a": LimitLayer(stages={"floor_s": 1}), "b": LimitLayer()})
    both = above.over(below)
    assert both.limits_of("a") == LimitLayer(coverage={"max_failed": 0.1}, stages={"floor_s": 1})
    assert both.limits_of("b") == LimitLayer()
    assert both.limits == LimitLayer()


@given(layer=POLICIES)
def test_nothing_over_a_layer_and_a_layer_over_nothing_are_the_layer(layer):
    assert layer.over(PolicyLayer()) == layer == PolicyLayer().over(layer)


@given(low=POLICIES, middle=POLICIES, high=POLICIES)
def test_it_does_not_matter_which_layers_are_joined_first(low, middle, high):
    assert high.over(middle.over(low)) == high.over(middle).over(low)


@given(below=LIMITS, above=LIMITS)
def test_every_key_of_the_upper_layer_counts_and_no_other_of_the_lower_is_lost(below, above):
    both = above.over(below)
    for name in ("coverage", "latency", "stages"):
        upper, lower, joined = (getattr(each, name) for each in (above, below, both))
        assert {key: joined[key] for key in upper} == upper
        assert {key: joined[key] for key in joined if key not in upper} == {
            key: value for key, value in lower.items() if key not in upper
        }
