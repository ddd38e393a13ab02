"""What is asked for, and how it reaches the process that does it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from noises import system_of

from benchmark.errors import RunError, UsageError
from benchmark.machine.typed_json import read_as
from benchmark.profiling.request import (
    SCENARIOS,
    Order,
    ProfileRequest,
    choose_scenarios,
)
from benchmark.runs.learning import AskedLearning
from benchmark.runs.patience import RUN_PATIENCE, Patience

REQUEST = ProfileRequest(("toy",), "folder:clips", Path("data"))
_ORDERS = st.builds(
    Order,
    request=st.builds(
        ProfileRequest,
        systems=st.lists(st.text()).map(tuple),
        dataset=st.text(),
        data_root=st.sampled_from([Path("data"), Path("/somewhere/else")]),
        scenarios=st.lists(st.sampled_from(SCENARIOS)).map(tuple),
        n_queries=st.integers(1, 2**40),
        limit_s=st.floats(0, 1e9, exclude_min=True),
        draw_on_s=st.floats(0, 1e9),
        batch_sizes=st.lists(st.integers(1, 2**40), min_size=1).map(tuple),
        rate_qps=st.none() | st.floats(0, 1e9, exclude_min=True),
        load=st.floats(0, 1, exclude_min=True, exclude_max=True),
        learning=st.builds(AskedLearning, st.none() | st.text(), st.none() | st.text()),
        seed=st.integers(-(2**40), 2**40),
        device=st.text(),
        patience=st.builds(Patience, *[st.none() | st.floats(0.1, 1e6)] * 3),
    ),
    started_ns=st.integers(0, 2**62),
    first_prepare_s=st.none() | st.floats(0, 1e9),
)


@given(_ORDERS)
def test_every_order_reaches_its_process_as_it_was_given(order):
    text = json.dumps(dataclasses.asdict(order), default=str)
    assert read_as(Order, json.loads(text), "order.json") == order


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_queries": 1.5}, r"order\.json, request\.n_queries: expected `int`, got `float`"),
        ({"data_root": 3}, r"order\.json, request\.data_root: expected `Path`, got `int`"),
        ({"scenarios": ["multi"]}, r"order\.json, request\.scenarios\.0: invalid enum value"),
    ],
)
def test_a_wrong_type_is_refused_with_where_it_stands(changes, message):
    record = json.loads(json.dumps(dataclasses.asdict(Order(REQUEST, 0)), default=str))
    record["request"] |= changes
    with pytest.raises(RunError, match=message):
        read_as(Order, record, "order.json")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_queries": 0}, "--queries is 0; expected at least 1"),
        ({"draw_on_s": float("nan")}, "draw_on_s is nan; expected 0 or more and finite"),
        ({"batch_sizes": (4, 0)}, r"--batch-sizes is \(4, 0\); expected above 0"),
        ({"load": 1.0}, "--load is 1.0; expected between 0 and 1"),
    ],
)
def test_numbers_out_of_their_range_are_refused(changes, message):
    with pytest.raises(UsageError, match=message):
        dataclasses.replace(REQUEST, **changes)


def test_how_often_clips_come_asks_for_the_server_and_scenarios_stand_in_their_order():
    assert choose_scenarios((), has_rate=False) == ("single-stream", "offline")
    assert choose_scenarios((), has_rate=True) == SCENARIOS
    assert choose_scenarios(("server", "offline"), has_rate=False) == ("offline", "server")


def test_a_profile_has_limits_where_nobody_sets_any_and_all_of_it_has_one():
    assert REQUEST.patience == RUN_PATIENCE
    spec = system_of(None).spec
    quick = dataclasses.replace(REQUEST, patience=Patience(1, 10, 100), limit_s=5)
    assert quick.longest_s(spec) == 10 + 6 * (10 + 3) + 600
    assert quick.longest_s(system_of(None, needs_train=True).spec) == 100 + 6 * (10 + 3) + 600
    on = dataclasses.replace(quick, draw_on_s=120)
    assert on.longest_s(spec) == quick.longest_s(spec) + 360
    assert dataclasses.replace(quick, patience=Patience(None, 10, 100)).longest_s(spec) is None
