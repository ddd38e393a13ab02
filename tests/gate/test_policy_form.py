"""The form of a policy: which keys and values are refused, with the place and what is expected."""

from __future__ import annotations

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.errors import UsageError
from benchmark.gate.policy_form import check_policy

SHARES = [
    ("coverage", "min_captioned"),
    ("coverage", "max_failed"),
    ("coverage", "max_empty_rise"),
]
RATIOS = [("latency", "max_ratio"), ("stages", "max_ratio"), ("memory", "max_ratio")]
FLOORS = [("latency", "floor_s"), ("stages", "floor_s"), ("memory", "floor_mib")]
WHOLE = [("worst", "n_clips"), ("history", "n_runs")]
TABLES = (
    *("coverage", "latency", "stages", "memory", "tests"),
    *("worst", "history", "metrics", "systems"),
)
NO_NUMBERS = ["0.5", [0.5], {"a": 0.5}, datetime.date(2026, 1, 1), math.nan, True]


def refused(tables, schema=1):
    """The message with which a policy is refused; None where it is accepted."""
    try:
        check_policy({"schema": schema, **tables}, "mine.toml")
    except UsageError as error:
        return str(error)
    return None


def test_a_policy_of_nothing_but_its_schema_is_accepted():
    assert refused({}) is None


@pytest.mark.parametrize("schema", [0, 2, "1", 1.0, True, None, [1]])
def test_only_the_number_one_is_this_schema(schema):
    """True and 1.0 equal 1 in Python, and are not what a policy begins with."""
    assert refused({}, schema) == (
        f"mine.toml: schema {schema!r}; a policy begins with `schema = 1`."
    )


@pytest.mark.parametrize(("table", "key"), SHARES + RATIOS + FLOORS)
def test_every_limit_may_be_switched_off(table, key):
    assert refused({table: {key: False}}) is None


@pytest.mark.parametrize(("table", "key"), [*WHOLE, ("tests", "alpha"), ("worst", "metric")])
def test_what_is_no_limit_may_not(table, key):
    assert f"{table}.{key}: found False; expected" in refused({table: {key: False}})


@pytest.mark.parametrize(("table", "key"), SHARES)
def test_shares_lie_between_none_and_all(table, key):
    for value in (0, 0.5, 1, 1.0):
        assert refused({table: {key: value}}) is None
    for value in (-0.01, 1.01, 2, math.inf):
        assert refused({table: {key: value}}) == (
            f"mine.toml: {table}.{key}: found {value!r}; expected a number from 0 to 1, or false "
            "for no limit."
        )


@pytest.mark.parametrize(("table", "key"), RATIOS)
def test_no_ratio_asks_a_night_to_be_faster(table, key):
    assert refused({table: {key: 1}}) is None
    assert "found 0.99; expected a number from 1 to 1e+09" in refused({table: {key: 0.99}})


@pytest.mark.parametrize(("table", "key"), FLOORS)
def test_floors_are_no_less_than_nothing(table, key):
    assert refused({table: {key: 0}}) is None
    assert "found -1; expected a number from 0" in refused({table: {key: -1}})


@pytest.mark.parametrize(("table", "key"), WHOLE)
def test_counts_are_whole(table, key):
    assert refused({table: {key: 10}}) is None
    for value in (1.5, 10.0, -1, 10_001):
        assert "expected a whole number from" in refused({table: {key: value}})


def test_a_history_of_no_run_has_no_step_and_a_list_of_no_clip_is_empty():
    assert "found 0; expected a whole number from 1" in refused({"history": {"n_runs": 0}})
    assert refused({"worst": {"n_clips": 0}}) is None


@pytest.mark.parametrize(("alpha", "is_one"), [(1e-4, 1), (0.5, 1), (0, 0), (0.51, 0), (1, 0)])
def test_alpha_is_a_chance_that_a_test_can_have(alpha, is_one):
    assert (refused({"tests": {"alpha": alpha}}) is None) == bool(is_one)


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize(("table", "key"), [*SHARES, *RATIOS, *FLOORS, *WHOLE, ("tests", "alpha")])
def test_what_is_no_number_is_refused_with_what_was_found(table, key, value):
    message = refused({table: {key: value}})
    assert message.startswith(f"mine.toml: {table}.{key}: found {value!r}; expected")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("value", [1, "x", [], False])
def test_a_value_where_a_table_should_be_is_refused(table, value):
    assert refused({table: value}) == f"mine.toml: {table}: found {value!r}; expected a table."


@pytest.mark.parametrize(
    ("tables", "place"),
    [
        ({"latncy": {}}, "latncy. Did you mean 'latency'?"),
        ({"limits": {}}, "limits."),
        ({"coverage": {"max_fail": 0}}, "coverage.max_fail. Did you mean 'max_failed'?"),
        ({"memory": {"floor_s": 1}}, "memory.floor_s. Did you mean 'floor_mib'?"),
        ({"latency": {"floor_mib": 1}}, "latency.floor_mib. Did you mean 'floor_s'?"),
        ({"worst": {"clips": 3}}, "worst.clips. Did you mean 'n_clips'?"),
        ({"metrics": {"defaults": {}}}, "metrics.defaults. Did you mean 'default'?"),
        ({"metrics": {"fer": {"drop": 0.1}}}, "metrics.fer.drop. Did you mean 'max_drop'?"),
        ({"systems": {"a": {"tests": {}}}}, "systems.a.tests."),
        ({"systems": {"a": {"memory": {}}}}, "systems.a.memory."),
        ({"worst": {"metric": "vocab.cands"}}, "worst.metric = vocab.cands."),
    ],
)
def test_unknown_keys_are_named_with_the_nearest_known_one(tables, place):
    message = refused(tables)
    assert message.startswith(f"mine.toml: unknown key {place}")
    assert "Known here: " in message


def test_a_systems_limits_have_the_form_of_everybodys():
    right = {"coverage": {"max_failed": 0.1}, "metrics": {"cider_d": {"min": 0.5}}}
    assert refused({"systems": {"wsac[preset=code]": right}}) is None
    wrong = {"metrics": {"cider_d": {"max": 0.5}}}
    assert refused({"systems": {"a": wrong}}) == (
        "mine.toml: systems.a.metrics.cider_d.max: cider_d is better when higher; use min."
    )
    assert refused({"systems": {"a": 3}}) == ("mine.toml: systems.a: found 3; expected a table.")


@pytest.mark.parametrize(
    ("key", "right", "wrong"), [("cider_d", "min", "max"), ("fer", "max", "min")]
)
def test_a_bound_stands_on_the_side_that_is_worse(key, right, wrong):
    assert refused({"metrics": {key: {right: 0.5}}}) is None
    assert f"metrics.{key}.{wrong}: {key} is better when" in refused({"metrics": {key: {wrong: 1}}})


def test_the_default_rule_knows_no_bounds():
    assert refused({"metrics": {"default": {"max_drop": 0.1, "margin": 0.1}}}) is None
    assert "unknown key metrics.default.min" in refused({"metrics": {"default": {"min": 0.1}}})


def test_a_margin_of_nothing_could_never_be_shown():
    assert refused({"metrics": {"cider_d": {"margin": 1e-9}}}) is None
    assert "margin: found 0.0; expected" in refused({"metrics": {"cider_d": {"margin": 0.0}}})


@given(name=st.text(min_size=1, max_size=10).filter(lambda name: name not in TABLES))
def test_a_table_of_any_other_name_is_refused(name):
    assert refused({name: {}}).startswith("mine.toml: ")
    assert refused({name: {}, "coverage": {}}).startswith("mine.toml: ")


@given(value=st.floats() | st.integers() | st.booleans())
def test_a_share_is_a_number_from_none_to_all_or_false(value):
    is_share = value is False or (not isinstance(value, bool) and 0 <= value <= 1)
    assert (refused({"coverage": {"max_failed": value}}) is None) == is_share
