"""``bench score``: captions files that people have, on real captions and references."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import pytest
from bench_process import bench_environment
from printed import on_one_line
from read_tables import read_open
from real_captions import SYSTEMS
from shared_data import shared_path

EXACT = ("bleu_1", "bleu_2", "bleu_3", "bleu_4", "meteor", "rouge_l", "cider_d")


def score_published(toy_site, out, names, dataset):
    files = [str(shared_path(f"data/outputs/{name}.csv")) for name in names]
    done = subprocess.run(
        [sys.executable, "-m", "benchmark.cli", "score", *files, "--dataset", dataset,
         "--metrics", "java,vocab.cands", "--out", str(out)],
        env=bench_environment(toy_site, BENCH_DATA=str(shared_path("data"))),
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out, done.stdout


@pytest.fixture(scope="module")
def five(tmp_path_factory, toy_site):
    """Score all five systems in one run, against the official csv."""
    out = tmp_path_factory.mktemp("five") / "run"
    return score_published(toy_site, out, SYSTEMS, "clotho:evaluation")


@pytest.fixture(scope="module")
def conette(tmp_path_factory, toy_site):
    """Score CoNeTTE against the references that its published scores were computed with."""
    folder = tmp_path_factory.mktemp("conette")
    references = shared_path("data/outputs/conette_clotho_eval.references.csv")
    (folder / "test.csv").symlink_to(references)
    out, _ = score_published(toy_site, folder / "run", SYSTEMS[:1], f"folder:{folder}")
    return out


def test_a_published_system_gets_its_published_scores(conette):
    expected = {
        key.removeprefix("clotho_eval/best_fense.cands."): float(value)
        for key, value in (
            line.split(": ")
            for line in shared_path("data/outputs/conette_clotho_eval.expected.yaml")
            .read_text()
            .splitlines()
        )
    }
    found = json.loads((conette / "scores.json").read_text())["systems"]["conette_clotho_eval"]
    for key in EXACT:
        assert found["metrics"][key]["value"] == pytest.approx(expected[key], abs=1e-6), key
    assert found["metrics"]["vocab.cands"]["value"] == expected["vocab_len.cands"]


def test_a_published_system_gets_its_published_scores_clip_by_clip(conette):
    expected_path = shared_path("data/outputs/conette_clotho_eval.expected.csv")
    with expected_path.open(newline="", encoding="utf-8") as file:
        expected = {row["fname"]: row for row in csv.DictReader(file)}
    with (conette / "per_clip.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["clip_id"] for row in rows} == set(expected)
    for row in rows:
        for key in EXACT:
            value = float(expected[row["clip_id"]][key])
            assert float(row[key]) == pytest.approx(value, abs=1e-6), (row["clip_id"], key)


def test_all_five_systems_share_one_ranked_table(five):
    _, table = five
    assert table.count("1,045 of 1,045 clips") == 1
    (lines,) = read_open(table)
    assert [line[0] for line in lines] == ["#", "1", "2", "3", "4", "5"]


def test_human_captions_of_audiocaps_score_as_in_print(bench, tmp_path):
    """Koizumi et al. 2020, Table 1: 65.4 48.9 37.3 29.1, METEOR 28.8, CIDEr 91.3, ROUGE-L 49.6.

    With the IDF of each round's four references, which are not the whole split, CIDEr-D is 90.76.
    """
    done = bench("run", "--systems", "human", "--dataset", "audiocaps:test", "--text-only",
                 "--metrics", "java", "--out", "run",
                 BENCH_DATA=str(shared_path("data")))  # fmt: skip
    assert done.returncode == 0, done.stderr
    metrics = json.loads((tmp_path / "run" / "scores.json").read_text())["systems"]["human"][
        "metrics"
    ]
    measured = {"bleu_1": 65.41, "bleu_2": 48.84, "bleu_3": 37.29, "bleu_4": 29.05,
                "meteor": 28.78, "cider_d": 91.85, "rouge_l": 49.49}  # fmt: skip
    for key, value in measured.items():
        assert 100 * metrics[key]["value"] == pytest.approx(value, abs=0.02), key
    assert ["folds", "5,leave-one-out"] in metrics["cider_d"]["signature"]["parts"]


def write_references(folder):
    folder.mkdir()
    (folder / "test.csv").write_text(
        "file_name,caption_1,caption_2\n"
        "a.wav,rain falls on a roof,it rains hard\n"
        "b.wav,a dog barks twice,two barks of a dog\n"
        "c.wav,None,NA\n"
    )
    return f"folder:{folder}"


def test_captions_such_as_none_and_na_are_text(bench, tmp_path):
    dataset = write_references(tmp_path / "clips")
    (tmp_path / "mine.csv").write_text(
        'file_name,caption_predicted\na.wav,"rain, falling\non a roof"\nb.wav,""\nc.wav,None\n'
    )
    done = bench("score", "mine.csv", "--dataset", dataset, "--out", "run", "--metrics", "lexical")
    assert done.returncode == 0, done.stderr
    assert "mine: 1 captions are empty" in done.stdout
    with (tmp_path / "run" / "per_clip.csv").open(newline="") as file:
        rouge_l = {row["clip_id"]: float(row["rouge_l"]) for row in csv.DictReader(file)}
    assert rouge_l["c.wav"] == pytest.approx(1.0)
    assert rouge_l["b.wav"] == 0.0
    assert rouge_l["a.wav"] > 0.7


def test_json_captions_and_names_for_rows(bench, tmp_path):
    dataset = write_references(tmp_path / "clips")
    captions = {"a.wav": "rain", "b.wav": "a dog", "c.wav": "None"}
    for name in ("one.json", "two.json"):
        (tmp_path / name).write_text(json.dumps(captions))
    done = bench("score", "one.json", "two.json", "--name", "ours", "--name", "theirs",
                 "--dataset", dataset, "--metrics", "lexical")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "ours" in done.stdout
    assert "theirs" in done.stdout


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("file_name,caption_predicted\na.wav,x\nb.wav,x\nd.wav,x\n", ["'c.wav'", "'d.wav'"]),
        ("file_name,caption_predicted\na.wav,x\na.wav,y\nb.wav,x\nc.wav,x\n", ["'a.wav'"]),
        ("nom,caption_predicted\na.wav,x\n", ["file_name", "nom"]),
        ("file_name,loss\na.wav,x\n", ["caption_predicted", "loss"]),
    ],
)
def test_ids_and_columns_that_do_not_fit_are_listed(bench, tmp_path, text, messages):
    dataset = write_references(tmp_path / "clips")
    (tmp_path / "mine.csv").write_text(text)
    done = bench("score", "mine.csv", "--dataset", dataset, "--out", "run")
    assert done.returncode == 2
    for message in messages:
        assert message in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_part_of_the_clips_is_scored_only_when_asked_for(bench, tmp_path):
    dataset = write_references(tmp_path / "clips")
    (tmp_path / "mine.csv").write_text("file_name,caption_predicted\na.wav,rain\n")
    arguments = ("score", "mine.csv", "--dataset", dataset, "--metrics", "lexical")
    assert bench(*arguments).returncode == 2
    done = bench(*arguments, "--allow-missing")
    assert done.returncode == 0, done.stderr
    assert "1 of 3 clips" in on_one_line(done.stdout)


def test_two_files_of_one_name_are_refused(bench, tmp_path):
    dataset = write_references(tmp_path / "clips")
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.csv").write_text("file_name,caption_predicted\na.wav,rain\n")
    done = bench("score", "x/mine.csv", "y/mine.csv", "--dataset", dataset)
    assert done.returncode == 2
    assert "'mine' is named more than once" in done.stderr
