"""JSON read as dataclasses: what is wrong is named with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.errors import RunError
from benchmark.machine.typed_json import read_as


@dataclass(frozen=True, slots=True)
class Leaf:
    count: int
    share: float | None = None
    facts: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tree:
    kind: Literal["oak", "elm"]
    leaves: Mapping[str, Leaf]
    names: tuple[str, ...] = ()
    only: Leaf | None = None


WHOLE = {"kind": "oak", "leaves": {"a": {"count": 1, "share": 2}}, "names": ["x"], "later": 1}


def test_a_whole_value_becomes_its_dataclass_and_what_is_unknown_is_passed_over():
    assert read_as(Tree, WHOLE, "f.json") == Tree("oak", {"a": Leaf(1, 2.0)}, ("x",))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "ash"}, ["f.json, kind:", "'ash'"]),
        ({"leaves": {"a.wav": {"count": "1"}}}, ["leaves.a.wav.count", "expected `int`", "`str`"]),
        ({"leaves": {"a": {"count": True}}}, ["leaves.a.count", "expected `int`", "`bool`"]),
        ({"leaves": {"a": {}}}, ["leaves.a", "missing required field `count`"]),
        ({"leaves": [1]}, ["leaves", "expected `object`", "`array`"]),
        ({"names": ["x", 3]}, ["names.1", "expected `str`", "`int`"]),
        ({"only": {"count": None}}, ["only.count", "expected `int`", "`null`"]),
        ({"leaves": {"a": {"count": 1, "facts": {"f": [1]}}}}, ["leaves.a.facts.f", "`array`"]),
    ],
)
def test_a_wrong_part_is_named_with_what_was_found_and_expected(change, words):
    with pytest.raises(RunError) as caught:
        read_as(Tree, {**WHOLE, **change}, "f.json")
    for word in ["f.json", "restore it", *words]:
        assert word in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "leaves", "names", "count", "a"]), inner)
    ),
    max_leaves=8,
)


@given(JSON)
def test_any_other_value_is_refused_and_never_a_traceback(value):
    with pytest.raises(RunError, match=r"f\.json"):
        read_as(Tree, value, "f.json")
