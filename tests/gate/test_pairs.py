"""One metric in two runs: which way is worse, by how much, and whether the two compare at all."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from made_nights import cell_of, system_of

from benchmark.gate.pairs import (
    MetricPair,
    comparable_part,
    has_value,
    why_incomparable,
    why_missing,
)
from benchmark.metrics.catalogue import METRICS, list_rankable
from benchmark.metrics.signature import Signature
from benchmark.runs.pairs import SystemPair


def metric_pair(before, now, key="cider_d"):
    """One metric's pair of values; a number stands for all ten clips."""
    systems = (system_of("toy", {key: before}), system_of("toy", {key: now}))
    return MetricPair.of(SystemPair.of(*systems), key, [systems[0].contributions])


def test_figures_that_only_describe_are_not_judged():
    assert set(METRICS) - set(list_rankable()) == {
        "vocab.cands",
        "vocab.mrefs_full",
        "vocab.ratio_full",
        "vocab.mrefs_expected",
        "vocab.ratio_expected",
        "sent_len.cands",
    }


def test_a_lower_score_is_a_loss_and_its_share_of_the_baseline_a_drop():
    pair = metric_pair(0.5, 0.375)
    assert (pair.loss, pair.drop) == (0.125, 0.25)


def test_a_higher_score_is_a_negative_loss():
    pair = metric_pair(0.5, 0.75)
    assert (pair.loss, pair.drop) == (-0.25, -0.5)


def test_of_errors_more_is_a_loss():
    pair = metric_pair(0.25, 0.5, key="fer")
    assert not pair.is_higher_better
    assert (pair.loss, pair.drop) == (0.25, 1.0)
    assert metric_pair(0.5, 0.25, key="fer").loss == -0.25


def test_a_drop_from_nothing_is_infinite_and_its_sign_says_which_way():
    assert metric_pair(0.0, 0.25, key="fer").drop == math.inf
    assert metric_pair(0.0, 0.25).drop == -math.inf
    assert metric_pair(0.0, 0.0).drop == 0.0


def test_the_drop_of_a_negative_score_is_a_share_of_its_size():
    """SBERT similarities may be below 0: from -0.5 to -0.75 is half as bad again."""
    pair = metric_pair(-0.5, -0.75, key="sbert_sim")
    assert (pair.loss, pair.drop) == (0.25, 0.5)


@given(
    key=st.sampled_from(list_rankable()),
    before=st.floats(-1.0, 1.0),
    now=st.floats(-1.0, 1.0),
)
def test_the_loss_changes_its_sign_with_the_order_of_the_runs(key, before, now):
    assume(not key.startswith("bleu") and key != "meteor")
    there, back = metric_pair(before, now, key), metric_pair(now, before, key)
    assert there.loss == pytest.approx(-back.loss)
    assert math.copysign(1, there.drop) == math.copysign(1, there.loss) or there.drop == 0
    worse = now < before if METRICS[key].higher_is_better else now > before
    assume(abs(now - before) > 1e-9)
    assert (there.loss > 0) == worse


def test_only_clips_that_both_scored_are_compared():
    before = system_of("toy", {"cider_d": [1.0, 0.5, 0.25]}, clips="abc")
    now = system_of("toy", {"cider_d": [0.5, 0.25, 9.0]}, clips="bcd")
    pair = MetricPair.of(SystemPair.of(before, now), "cider_d", [before.contributions])
    assert (pair.before.value, pair.now.value) == (0.375, 0.375)
    assert pair.drop == 0.0


def test_a_signature_is_compared_without_coverage_and_own_version():
    parts = (("aac-bench", "1"), ("tok", "ptb"), ("refs", "5"), ("clips", "10/10"))
    assert comparable_part(Signature("cider_d", parts)).parts == (("tok", "ptb"),)


def test_values_are_there_missing_or_unavailable():
    cells = {"spice": cell_of("spice", None, "jars are missing")}
    system = system_of("toy", {"cider_d": 0.5}, cells=cells)
    assert [has_value(system, key) for key in ("cider_d", "spice", "fer")] == [True, False, False]
    assert not has_value(None, "cider_d")
    assert why_missing(system, "cider_d") is None
    assert why_missing(system, "spice") == "unavailable in the run: jars are missing"
    assert why_missing(system, "fer") == "not in the run"


def test_a_value_of_zero_is_a_value():
    assert has_value(system_of("toy", {"cider_d": 0.0}), "cider_d")


def pair_made_with(before, now, key="cider_d"):
    systems = [
        system_of("toy", {key: 0.5}, cells={key: cell_of(key, 0.5, **parts)})
        for parts in (before, now)
    ]
    return SystemPair.of(*systems)


def test_another_tokeniser_is_not_compared_and_both_are_named():
    pair = pair_made_with({"tok": "ptb"}, {"tok": "blanks"})
    assert why_incomparable(pair, "cider_d") == (
        "cannot be compared: made with tok:blanks where the baseline has tok:ptb"
    )


def test_a_part_that_only_one_of_them_has_is_nothing_in_the_other():
    assert why_incomparable(pair_made_with({}, {"model": "big"}), "cider_d") == (
        "cannot be compared: made with model:big where the baseline has nothing"
    )
    assert why_incomparable(pair_made_with({"model": "big"}, {}), "cider_d") == (
        "cannot be compared: made with nothing where the baseline has model:big"
    )


def test_a_baseline_of_before_tokenizers_were_named_compares_with_a_run_that_names_its():
    silent, named = {"model": "mini"}, {"model": "mini", "tokenizer": "a", "max_tokens": "256"}
    assert why_incomparable(pair_made_with(silent, named, "sbert_sim"), "sbert_sim") is None
    other = {**named, "tokenizer": "b"}
    assert why_incomparable(pair_made_with(named, other, "sbert_sim"), "sbert_sim") == (
        "cannot be compared: made with tokenizer:b where the baseline has tokenizer:a"
    )


@pytest.mark.parametrize("part", ["aac-bench", "refs", "references", "clips"])
def test_other_coverage_and_another_version_of_this_project_compare(part):
    pair = pair_made_with({part: "1"}, {part: "2"})
    assert why_incomparable(pair, "cider_d") is None


def test_values_that_no_clip_stands_behind_are_not_compared():
    """As of files in which the statistics of a metric are missing."""
    bare = system_of("toy", {"fer": 0.5}, cells={"cider_d": cell_of("cider_d", 0.5)})
    whole = system_of("toy", {"fer": 0.5, "cider_d": 0.5})
    for systems, whose in (((bare, whole), "the baseline"), ((whole, bare), "the run")):
        reason = why_incomparable(SystemPair.of(*systems), "cider_d")
        assert reason == f"cannot be compared: no statistics of it in {whose}"
        assert why_incomparable(SystemPair.of(*systems), "fer") is None
