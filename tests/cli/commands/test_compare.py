"""``bench compare`` on real captions of published systems, and on made-up ones."""

from __future__ import annotations

import json

import pytest
from printed import on_one_line
from resealed import reseal
from scored_files import good_on, invoke, score
from shared_data import shared_path
from small_clips import write_clips

ENCLAP = ("enclap-clotho-baseline", "enclap-clotho-sw")
WHISPER = ("whisper-rose-lake-75", "whisper-fancy-galaxy-115")


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    files = [shared_path(f"data/outputs/{name}.csv") for name in ENCLAP + WHISPER]
    out = tmp_path_factory.mktemp("published") / "run"
    result = invoke("score", *files, "--dataset", "clotho:evaluation", "--metrics", "java",
                    "--data-root", shared_path("data"), "--out", out)  # fmt: skip
    assert result.exit_code == 0, result.output
    return out


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    place = tmp_path_factory.mktemp("made-up")
    systems = {"good": good_on(range(12)), "poor": good_on([])}
    return score(write_clips(place / "clips", n_test=12), place / "scored", systems)


def compare(run, first, second, *options):
    result = invoke("compare", f"{run}::{first}", f"{run}::{second}", *options)
    assert result.exit_code == 0, result.output
    return result.output


def test_pairing_tells_two_searches_of_one_model_apart_where_unpaired_tests_cannot(published):
    report = json.loads(compare(published, *ENCLAP, "--metrics", "meteor", "--format", "json"))
    meteor = report["metrics"]["meteor"]
    assert report["n_common"] == 1045
    assert meteor["verdict"] == "B better"
    assert meteor["p_bootstrap"] < 0.05
    assert meteor["p_randomisation"] < 0.05
    assert meteor["high"] < 0
    assert meteor["p_unpaired"] > 0.2


def test_many_metrics_at_once_need_more_evidence(published):
    report = json.loads(compare(published, *ENCLAP, "--metrics", "java", "--format", "json"))
    assert {metric["verdict"] for metric in report["metrics"].values()} == {"not distinguishable"}


def test_two_systems_of_unlike_quality_differ_in_every_metric(published):
    report = json.loads(compare(published, *WHISPER, "--format", "json"))
    assert len(report["metrics"]) == 7
    assert {metric["verdict"] for metric in report["metrics"].values()} == {"A better"}


def test_the_table_says_all_that_a_reader_needs(run):
    text = on_one_line(compare(run, "good", "poor"))
    for part in (
        "12 common clips (12 of A, 12 of B)",
        f"A: {run}::good",
        f"B: {run}::poor",
        "A better",
        "10,000 rounds in which clips are swapped",
        "CIDEr-D is tested at 5 % alone, as a table of the two does",
        "corrected by Holm",
        "By CIDEr-D: A is better.",
    ):
        assert part in text
    assert "BLEU-1" in text
    assert "(!)" not in text


def test_people_are_compared_with_a_system(tmp_path):
    """Each reference in turn: as many folds as references, of which two clips have a third."""
    clips = write_clips(tmp_path / "clips", n_test=12)
    lines = (clips / "test.csv").read_text().splitlines()
    more = [",caption_3", ",a third hiss", ",another hiss", *[","] * 10]
    (clips / "test.csv").write_text("\n".join(map("".join, zip(lines, more, strict=True))))
    result = invoke("run", "--systems", "human,constant", "--dataset", f"folder:{clips}:test",
                    "--metrics", "bleu_2,cider_d", "--text-only",
                    "--out", tmp_path / "run")  # fmt: skip
    assert result.exit_code == 0, result.output
    report = json.loads(compare(tmp_path / "run", "human", "constant", "--format", "json"))
    scores = json.loads((tmp_path / "run" / "scores.json").read_text())["systems"]
    for key, found in report["metrics"].items():
        assert found["first"] == pytest.approx(scores["human"]["metrics"][key]["value"])
        assert found["second"] == pytest.approx(scores["constant"]["metrics"][key]["value"])
    assert "folds:3,leave-one-out" in report["metrics"]["cider_d"]["only_in_signature_of_a"]


def test_markdown_has_a_heading_and_a_table(run):
    lines = compare(run, "good", "poor", "--format", "md", "--draws", "500").splitlines()
    assert lines[0].startswith("### folder:")
    assert lines[2].startswith("| metric")
    assert "500 rounds in which clips are swapped" in " ".join(" ".join(lines).split())


def test_numbers_made_differently_are_marked(run, tmp_path):
    for path in run.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    scores = json.loads((run / "scores.json").read_text())
    for system in scores["systems"].values():
        system["metrics"]["rouge_l"]["signature"]["parts"][0] = ["other", "1"]
    (tmp_path / "scores.json").write_text(json.dumps(scores))
    reseal(tmp_path)
    result = invoke("compare", f"{run}::good", f"{tmp_path}::poor")
    assert result.exit_code == 0
    text = " ".join(result.output.split())
    assert "ROUGE-L (!): not made in the same way, so not to be compared: aac-bench:" in text
    assert "BLEU-1 (!)" not in text


def test_requests_that_cannot_be_meant_are_refused(run):
    named = ("compare", f"{run}::good")
    assert "say which: " in str(invoke(*named, run).exception)
    assert "Did you mean 'poor'" in str(invoke(*named, f"{run}::por").exception)
    assert "no metric named 'cidr'" in str(
        invoke(*named, f"{run}::poor", "--metrics", "cidr").exception
    )
    assert invoke(*named, f"{run}::poor", "--draws", "3").exit_code == 2


def test_three_systems_or_a_run_of_many_are_a_matrix(published):
    text = on_one_line(invoke("compare", published).output)
    assert "6 pairs as one family" in text
    three = [f"{published}::{name}" for name in (*ENCLAP, WHISPER[1])]
    result = invoke("compare", *three, "--metric", "meteor", "--format", "json")
    assert result.exit_code == 0, result.output
    content = json.loads(result.output)
    assert (content["metric"], content["n_clips"], len(content["pairs"])) == ("meteor", 1045, 3)
    table = json.loads(invoke("leaderboard", published, "--format", "json").output)
    tiers = {row["system"]: row["tier"] for row in table}
    matrix = json.loads(invoke("compare", published, "--format", "json").output)
    assert {row["system"]: row["tier"] for row in matrix["rows"]} == tiers
    refused = invoke("compare", *three, "--metrics", "meteor")
    assert "--metrics goes with two systems" in str(refused.exception)


def test_draws_that_can_call_nothing_are_refused(published):
    pair = [f"{published}::{name}" for name in WHISPER]
    refused = invoke("compare", *pair, "--draws", "100")
    assert "100 draws can never call a difference in any of 6 metrics" in str(refused.exception)
    assert "119 or more" in str(refused.exception)
    assert invoke("compare", *pair, "--draws", "119").exit_code == 0


def test_a_leaderboard_holds_rows_against_one(published):
    result = invoke("leaderboard", published, "--against", ENCLAP[0])
    assert result.exit_code == 0, result.output
    assert f"Held against {ENCLAP[0]}, CIDEr-D" in on_one_line(result.output)
    refused = invoke("leaderboard", published, "--against", "enclap")
    assert "row to hold the others against" in str(refused.exception)


@pytest.fixture(scope="module")
def clustered(tmp_path_factory):
    """A run over own clips of which six each are of one recording, as their csv says."""
    place = tmp_path_factory.mktemp("clustered")
    clips = write_clips(place / "clips", n_test=12)
    header, *rows = (clips / "test.csv").read_text().splitlines()
    lines = [f"{header},cluster", *(f"{row},{n // 6}" for n, row in enumerate(rows))]
    (clips / "test.csv").write_text("\n".join(lines))
    systems = {"good": good_on(range(12)), "fair": good_on(range(11)), "poor": good_on([])}
    return score(clips, place / "scored", systems)


def test_clusters_that_the_data_set_knows_are_taken_unless_none_are_asked_for(clustered, tmp_path):
    def told(*options):
        report = json.loads(compare(clustered, "good", "poor", *options, "--format", "json"))
        return report["n_clusters"], report["metrics"]["cider_d"]["verdict"]

    assert told() == (2, "too few clips")
    assert told("--clusters", "none") == (None, "A better")
    csv = tmp_path / "clusters.csv"
    lines = [f"test-{n:02d}.wav,{n // 2}\n" for n in range(12)]
    csv.write_text("clip_id,cluster\n" + "".join(lines))
    assert told("--clusters", str(csv))[0] == 6


def test_a_matrix_takes_each_clip_alone_where_no_clusters_are_asked_for(clustered):
    systems = [f"{clustered}::{name}" for name in ("good", "fair", "poor")]
    for options, n_tiers in (((), 0), (("--clusters", "none"), 2)):
        result = invoke("compare", *systems, *options, "--format", "json")
        assert result.exit_code == 0, result.output
        tiers = {row["tier"] for row in json.loads(result.output)["rows"]} - {None}
        assert len(tiers) == n_tiers
