"""Folds of leave-one-out systems, and clips spread over a split."""

from __future__ import annotations

import pytest
from noises import Echo, system_of

from benchmark import Split
from benchmark.errors import DataError
from benchmark.runs.clips import Clips
from benchmark.runs.folds import Batch, count_folds, fold_clip_ids, spread
from benchmark.runs.listening import Listener
from benchmark.runs.plan import Feeding

ONE, TWO, THREE = ("a",), ("a", "b"), ("a", "b", "c")
SPLIT = Split(
    "noises",
    "test",
    {"one": ONE, "three": THREE, "two": TWO},
    frozenset(),
    lambda clip_id, rate: None,
)
PLAIN = system_of(Echo())
LEFT_OUT = system_of(Echo(), leave_one_out=True)


def test_there_are_as_many_folds_as_references_where_each_is_left_out():
    assert count_folds(PLAIN, SPLIT) == 1
    assert count_folds(LEFT_OUT, SPLIT) == 3
    lonely = Split("noises", "test", {"one": ONE}, frozenset(), SPLIT.read_clip)
    assert count_folds(PLAIN, lonely) == 1
    with pytest.raises(DataError, match="expected at least 2"):
        count_folds(LEFT_OUT, lonely)


def test_a_clip_is_in_a_fold_if_it_has_that_reference_and_another():
    in_folds = [fold_clip_ids(LEFT_OUT, SPLIT, SPLIT.clip_ids, fold) for fold in range(3)]
    assert in_folds == [["three", "two"], ["three", "two"], ["three"]]
    assert fold_clip_ids(PLAIN, SPLIT, ("two", "one"), 0) == ["two", "one"]


def test_batches_are_numbered_in_their_fold():
    clips = Clips(Listener(SPLIT, text_only=True), SPLIT.clip_ids, Feeding(batch_size=2))
    assert clips.batches(PLAIN, 0) == [
        Batch("system", 0, 0, ("one", "three")),
        Batch("system", 0, 1, ("two",)),
    ]
    assert clips.batches(LEFT_OUT, 2) == [Batch("system", 2, 0, ("three",))]


def test_a_few_of_many_are_spread_evenly():
    items = [str(number) for number in range(10)]
    assert spread(items, 3) == ["0", "3", "6"]
    assert spread(items, 99) == items
    assert spread(items, 0) == []
    assert spread([], 3) == []
