"""One judge against the others, counted by eye and on Clotho-Eval."""

from __future__ import annotations

import pytest
from shared_data import shared_path

from benchmark.agreement.judgements import JudgedPair, read_judgements
from benchmark.agreement.people import measure_people


def judged(clip, *votes, category="MM"):
    return JudgedPair(clip, category, ("x", "y"), votes, ("x", "z"))


def test_each_judge_is_held_against_the_others():
    # Of the second pair one judge can be asked alone: the others of each of the two are divided.
    assert measure_people([judged("a", 1, 1, 1)])["MM"].n_agreed == 3
    found = measure_people([judged("a", 1, 1, -1)])["MM"]
    assert (found.n_agreed, found.n_pairs, found.low) == (0, 1, None)


def test_who_prefers_neither_disagrees():
    found = measure_people([judged("a", 1, 1, 0), judged("b", 1, 1, 1)])["total"]
    assert (found.n_agreed, found.n_ties, found.n_pairs) == (5, 1, 6)
    assert found.value == pytest.approx(5 / 6)
    assert found.low <= found.value <= found.high


def test_single_judgements_say_nothing_of_people():
    assert measure_people([judged("a", 1), judged("b")]) == {}


def test_people_agree_on_clotho_eval_more_than_chance():
    found = measure_people(read_judgements(shared_path("data/human/clotho_eval.json")))
    assert [*found] == ["HC", "HI", "HM", "MM", "total"]
    assert found["HI"].value > found["total"].value > found["HC"].value > 0.5
    assert all(0.5 < each.low < each.value < each.high for each in found.values())
