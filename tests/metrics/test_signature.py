"""Signatures: spelt for people, compared part by part."""

from __future__ import annotations

from benchmark.metrics.signature import Signature

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


def test_the_model_of_a_metric_made_of_two_is_the_first():
    assert FENSE.models == ("sentences", "errors")
    assert FENSE.model == "sentences"
    assert Signature("bleu_1").model is None


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


def test_a_bar_inside_a_value_takes_nothing_apart():
    odd = Signature("cider_d", (("idf", "folder:/a|b:test"), ("refs", "5")))
    assert odd.without("refs").parts == (("idf", "folder:/a|b:test"),)
