"""Acceptances as baselines hold them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_records import COUNTS, TEXTS

from benchmark.errors import RunError
from benchmark.runs.acceptance import Acceptance, Predecessor

_ACCEPTANCES = st.builds(
    Acceptance, TEXTS, TEXTS, COUNTS, TEXTS, st.none() | st.builds(Predecessor, COUNTS, TEXTS)
)
SECOND = Acceptance("2026-01-02T00:00:00+00:00", "faster", 2, "b" * 12, Predecessor(1, "a" * 12))


@given(_ACCEPTANCES)
def test_every_acceptance_is_read_back_as_it_was_written(acceptance):
    record = json.loads(json.dumps(acceptance.to_json()))
    assert Acceptance.from_json(record, "baseline.json") == acceptance


def test_the_record_names_the_baseline_before():
    assert SECOND.to_json() == {
        "accepted_at": "2026-01-02T00:00:00+00:00",
        "reason": "faster",
        "version": 2,
        "run": "b" * 12,
        "after": {"version": 1, "run": "a" * 12},
    }


def test_the_first_baseline_follows_none():
    record = {key: part for key, part in SECOND.to_json().items() if key != "after"}
    assert Acceptance.from_json(record, "b.json").after is None


@pytest.mark.parametrize(
    ("key", "part", "reason"),
    [
        ("version", "2", "version: expected `int`, got `str`"),
        ("version", None, "version: expected `int`, got `null`"),
        ("reason", 3, "reason: expected `str`, got `int`"),
        ("accepted_at", [], "accepted_at: expected `str`, got `array`"),
        ("run", {}, "run: expected `str`, got `object`"),
        ("after", 1, "after: expected `object | null`, got `int`"),
        ("after", {"version": 1}, "after: object missing required field `run`"),
        ("after", {"version": 1.5, "run": "a"}, "after.version: expected `int`, got `float`"),
    ],
)
def test_a_wrong_part_is_told_with_where_it_stands(key, part, reason):
    with pytest.raises(RunError) as caught:
        Acceptance.from_json({**SECOND.to_json(), key: part}, "b.json, acceptance")
    assert str(caught.value).startswith(f"b.json, acceptance, {reason}")
