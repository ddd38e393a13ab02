"""One folder copied to two places is one data set: its runs share tables, tests and gates."""

from __future__ import annotations

import json
import shutil

import pytest
from resealed import reseal
from scored_files import invoke
from small_clips import write_clips

from benchmark.errors import UsageError


def run_on(clips, out):
    result = invoke("run", "--systems", "constant,human", "--dataset", f"folder:{clips}:test",
                    "--metrics", "lexical", "--text-only", "--out", out)  # fmt: skip
    assert result.exit_code == 0, result.output
    return out


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Three runs: of a folder, of its copy, and of a copy in which one caption was changed."""
    place = tmp_path_factory.mktemp("equal")
    clips = write_clips(place / "clips", n_test=12)
    for copy in ("copied|elsewhere", "changed"):
        shutil.copytree(clips, place / copy)
    captions = place / "changed" / "test.csv"
    captions.write_text(captions.read_text().replace("noise number 0", "murmur number 0"))
    run_on(clips, place / "here")
    run_on(place / "copied|elsewhere", place / "there")
    run_on(place / "changed", place / "other")
    return place


def signature(place, run, system="constant", metric="cider_d"):
    scores = json.loads((place / run / "scores.json").read_text())
    return str(scores["systems"][system]["metrics"][metric]["signature"])


def references(place, run, system="constant"):
    scores = json.loads((place / run / "scores.json").read_text())
    return dict(scores["systems"][system]["metrics"]["bleu_1"]["signature"]["parts"])["references"]


def test_a_signature_names_the_captions_and_not_the_path(place):
    assert signature(place, "here") == signature(place, "there") != signature(place, "other")
    assert "folder:test@" in signature(place, "here")
    assert str(place) not in signature(place, "here")


@pytest.mark.parametrize("metric", ["bleu_1", "rouge_l"])
def test_a_metric_without_an_idf_names_the_captions_too(place, metric):
    here, there, other = (
        signature(place, run, metric=metric) for run in ("here", "there", "other")
    )
    assert here == there != other


def test_a_person_is_held_against_the_same_captions_as_a_system(place):
    assert references(place, "here", "human") == references(place, "here")
    plan = json.loads((place / "here" / "plan.json").read_text())
    assert references(place, "here") == plan["references_sha256"][:12]


def as_before(place, run, name):
    """Copy a run, with signatures as the first schema had them: lines that hold the path."""
    copy = shutil.copytree(place / run, place / name)
    dataset = json.loads((copy / "plan.json").read_text())["dataset"]
    scores = json.loads((copy / "scores.json").read_text())
    for system in scores["systems"].values():
        for cell in system["metrics"].values():
            parts = dict(cell["signature"]["parts"])
            del parts["references"]
            if "idf" in parts:
                parts["idf"] = f"{dataset}," + parts["idf"].split(",")[1]
            spelt = [":".join(part) for part in parts.items()]
            cell["signature"] = "|".join([cell["signature"]["metric"], *spelt])
    (copy / "scores.json").write_text(json.dumps({**scores, "schema": 1}))
    reseal(copy)
    return copy


def test_runs_whose_signatures_hold_the_path_compare_too(place):
    old = as_before(place, "there", "old")
    assert "idf:folder:" in (old / "scores.json").read_text()
    rows = f"{place / 'here'}::constant", f"{old}::constant"
    result = invoke("compare", *rows, "--metrics", "cider_d", "--format", "json")
    assert result.exit_code == 0, result.output
    metric = json.loads(result.output)["metrics"]["cider_d"]
    assert metric["only_in_signature_of_a"] == metric["only_in_signature_of_b"] == []


def test_a_leaderboard_puts_both_into_one_table_that_names_no_path(place):
    text = invoke("leaderboard", place / "here", place / "there", "--format", "md").output
    assert text.count("### folder") == text.count("### folder:test, 12 of 12 clips") == 1
    assert "not all computed the same way" not in text


def test_a_leaderboard_of_one_folder_names_its_path(place):
    text = invoke("leaderboard", place / "here", "--format", "md").output
    assert f"### folder:{place / 'clips'}:test, 12 of 12 clips" in text


def test_a_leaderboard_keeps_other_captions_apart(place):
    text = invoke("leaderboard", place / "here", place / "other", "--format", "md").output
    assert text.count("### folder:") == 2


def test_systems_of_both_are_compared(place):
    first, second = f"{place / 'here'}::human", f"{place / 'there'}::constant"
    result = invoke("compare", first, second, "--metrics", "cider_d", "--format", "json")
    assert result.exit_code == 0, result.output
    metric = json.loads(result.output)["metrics"]["cider_d"]
    assert metric["only_in_signature_of_b"] == ["refs:2"]  # a person is scored fold by fold
    assert metric["verdict"] == "not to be compared"
    assert metric["first"] > metric["second"]


def test_other_captions_are_not_compared(place):
    result = invoke("compare", f"{place / 'here'}::human", f"{place / 'other'}::constant")
    assert isinstance(result.exception, UsageError)
    assert "but of different references" in str(result.exception)


def test_the_copy_passes_the_gate_of_the_first(place):
    baseline = place / "baseline.json"
    accepted = invoke("baseline", "accept", place / "here", "--reason", "first", "--out", baseline)
    assert accepted.exit_code == 0, accepted.output
    verdict = place / "verdict.json"
    result = invoke("gate", place / "there", "--baseline", baseline, "--json", verdict)
    assert result.exit_code == 0, result.output
    checks = json.loads(verdict.read_text())["checks"]
    assert any(check["subject"] == "cider_d" for check in checks)
    assert {check["status"] for check in checks} == {"pass"}
    refused = invoke("gate", place / "other", "--baseline", baseline)
    assert isinstance(refused.exception, UsageError)
    assert "the baseline is of other data" in str(refused.exception)
