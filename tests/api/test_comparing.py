"""Two systems of one result or of two are tested as `bench compare` tests them."""

from __future__ import annotations

import json

import pytest
from scored_files import good_on, invoke

from benchmark import compare, score
from benchmark.errors import UnknownNameError, UsageError

REFERENCES = {
    f"test-{n:02d}.wav": [f"a noise number {n} hisses", f"the test hiss of noise {n}"]
    for n in range(12)
}
SYSTEMS = {"good": good_on(range(12)), "poor": good_on([])}


@pytest.fixture(scope="module")
def result():
    return score(SYSTEMS, REFERENCES, metrics="bleu_1,rouge_l,cider_d,sent_len.cands")


def test_the_figures_are_those_of_the_command(result, tmp_path):
    result.save(tmp_path / "run.json")
    sides = [f"{tmp_path / 'run.json'}::{name}" for name in SYSTEMS]
    printed = invoke("compare", *sides, "--draws", 500, "--format", "json")
    assert printed.exit_code == 0, printed.output
    comparison = compare(result, "good", "poor", n_draws=500)
    figures = {key: dict(metric.figures) for key, metric in comparison.metrics.items()}
    told = json.loads(printed.output)["metrics"]
    assert {key: {name: told[key][name] for name in of} for key, of in figures.items()} == figures
    assert comparison["rouge_l"].verdict == "A better"
    frame = comparison.to_pandas()
    assert list(frame.index) == ["cider_d", "bleu_1", "rouge_l"]
    assert frame.loc["rouge_l", "verdict"] == "A better"
    assert frame.loc["rouge_l", "first"] == 1.0


def test_systems_of_two_results_are_held_against_each_other(result):
    other = score({"poor": SYSTEMS["poor"]}, REFERENCES, metrics="rouge_l")
    comparison = compare(result["good"], other["poor"], n_draws=100, metrics="rouge_l")
    assert comparison.comparison.pair.n_clips == 12
    assert "A better" in str(comparison)
    assert "<table>" in comparison._repr_html_()
    with pytest.raises(UnknownNameError, match="metric of this comparison"):
        comparison["cider_d"]


def test_what_cannot_be_compared_is_refused(result):
    others = {clip_id: ["something else entirely"] for clip_id in REFERENCES}
    with pytest.raises(UsageError, match="of different references"):
        compare(result["good"], score(SYSTEMS["good"], others, metrics="rouge_l").only)
    with pytest.raises(UnknownNameError, match="Did you mean 'poor'"):
        compare(result, "good", "pooor")
    with pytest.raises(UsageError, match="expected a result and two names or more"):
        compare(result, "good")
    with pytest.raises(UsageError, match="metrics go with two systems"):
        compare(result, metrics="rouge_l")
    with pytest.raises(UsageError, match="n_draws is 3"):
        compare(result, "good", "poor", n_draws=3)


def test_many_systems_are_held_against_each_other(result):
    matrix = compare(result)
    assert matrix.names == ["good", "poor"]
    assert matrix.tiers == {"good": 1, "poor": 2}
    assert matrix["good", "poor"].verdict == "better"
    assert matrix["poor", "good"].verdict == "worse"
    assert matrix.to_pandas().loc[("good", "poor"), "difference"] > 0
    assert "CIDEr-D" in str(matrix)
    assert "<table>" in matrix._repr_html_()
    with pytest.raises(UnknownNameError, match="Did you mean 'poor'"):
        matrix["good", "por"]
    three = compare(result["good"], result["poor"], result["poor"], metric="rouge_l")
    assert three.matrix.standing.ranking.key == "rouge_l"
    assert three["good", "poor"].p == compare(result, "good", "poor")["rouge_l"].tested.p


def test_rows_are_held_against_one_of_them(result):
    frame = result.against("poor")
    assert list(frame.index) == ["good"]
    assert frame.loc["good", "verdict"] == "better"
    assert "Held against poor" in result.table(against="poor")
    with pytest.raises(UnknownNameError, match="row to hold the others against"):
        result.against("por", rank_by="rouge_l")
