"""Signatures: spelt for people, compared part by part."""

from __future__ import annotations

import pytest

from benchmark.metrics.signature import Signature, agree_in_all

FENSE = Signature(
    "fense",
    (
        ("aac-bench", "0.1.0"),
        ("tok", "ptb-3.4.1"),
        ("model", "sentences"),
        ("model", "errors"),
        ("refs", "5"),
        ("clips", "3/3"),
    ),
)


def test_a_signature_is_spelt_part_by_part():
    spelt = "fense|aac-bench:0.1.0|tok:ptb-3.4.1|model:sentences|model:errors|refs:5|clips:3/3"
    assert str(FENSE) == spelt


def test_the_models_of_a_metric_made_of_two_are_both():
    assert FENSE.models == ("sentences", "errors")
    assert Signature("bleu_1").models == ()


def test_own_parts_are_those_that_not_every_metric_has():
    assert FENSE.own_parts == (("model", "sentences"), ("model", "errors"))


def test_parts_are_left_out_by_name_and_added_at_the_end():
    counted = FENSE.without("clips", "model").with_parts(("pairs", "7"))
    assert str(counted) == "fense|aac-bench:0.1.0|tok:ptb-3.4.1|refs:5|pairs:7"


def test_what_another_signature_lacks_is_told_part_by_part():
    other = FENSE.without("refs").with_parts(("refs", "1-5"))
    assert FENSE.beyond(other) == ("refs:5",)
    assert other.beyond(FENSE) == ("refs:1-5",)
    assert FENSE.beyond(FENSE) == ()


def of(*parts, metric="fense"):
    return Signature(metric, parts)


@pytest.mark.parametrize("part", ["references", "tokenizer", "max_tokens", "detector", "penalty"])
def test_a_signature_of_before_a_part_was_named_compares_with_those_that_name_it(part):
    older, newer = of(("refs", "5")), of(("refs", "5"), (part, "a"))
    assert newer.beyond(older) == older.beyond(newer) == ()
    assert older.agrees_with(newer)
    assert newer.agrees_with(older)


@pytest.mark.parametrize("part", ["references", "tokenizer", "max_tokens", "detector", "penalty"])
def test_two_signatures_that_name_a_part_must_agree_in_it(part):
    first, second = of((part, "a")), of((part, "b"))
    assert first.beyond(second) == (f"{part}:a",)
    assert not first.agrees_with(second)


def test_a_part_that_was_always_there_must_be_in_both():
    assert of(("idf", "a")).beyond(of()) == ("idf:a",)
    assert not of(("idf", "a")).agrees_with(of())
    assert not of().agrees_with(of(("idf", "a")))


def test_another_metric_never_agrees():
    assert not of(metric="fense").agrees_with(of(metric="fer"))


def test_two_systems_agree_in_all_where_each_metric_does():
    made = {"fer": of(("model", "a"), metric="fer"), "spice": None}
    assert agree_in_all(made, made)
    newer = of(("model", "a"), ("detector", "0123"), metric="fer")
    assert agree_in_all(made, {**made, "fer": newer})
    assert not agree_in_all(made, {**made, "fer": of(("model", "b"), metric="fer")})
    assert not agree_in_all(made, {**made, "spice": of(metric="spice")})
    assert not agree_in_all(made, {"fer": made["fer"]})


def test_a_bar_inside_a_value_takes_nothing_apart():
    odd = Signature("cider_d", (("idf", "folder:/a|b:test"), ("refs", "5")))
    assert odd.without("refs").parts == (("idf", "folder:/a|b:test"),)
