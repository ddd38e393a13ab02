"""Runs that differ in their seed alone: one row, its mean and its spread."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from pathlib import Path
from statistics import fmean, stdev

import pytest

from benchmark.leaderboard.rows import Row, rows_of
from benchmark.leaderboard.seeds import join_seeds
from benchmark.runs.folder import folders_in, seed_folder
from benchmark.runs.reading import read_runs


def read_rows(paths):
    return rows_of(read_runs(paths))


@pytest.fixture
def seeds(bench, clips_folder, tmp_path):
    folder = tmp_path / "runs"
    done = bench(
        "run", "--systems", "random-train,constant", "--dataset", f"folder:{clips_folder}:test",
        "--train", f"folder:{clips_folder}:train", "--metrics", "lexical", "--text-only",
        "--seeds", "0,1,2", "--out", folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_one_row_stands_for_all_seeds_with_mean_and_spread(seeds):
    folder, printed = seeds
    rows = read_rows([folder])
    assert [row.record.plan.seed for row in rows] == [0, 0, 1, 1, 2, 2]
    values = [row.metrics["cider_d"].value for row in rows if row.system == "random-train"]
    joined = next(row for row in join_seeds(rows) if row.system == "random-train")
    assert joined.seeds == (0, 1, 2)
    assert joined.metrics["cider_d"].value == pytest.approx(fmean(values), abs=1e-12)
    assert joined.spread["cider_d"] == pytest.approx(stdev(values), abs=1e-12)
    assert joined.metrics["cider_d"].low <= fmean(values) <= joined.metrics["cider_d"].high
    assert f"±{100 * stdev(values):.1f}" in printed
    assert "Means over the seeds 0, 1, 2" in printed
    assert printed.split("Latency")[0].count("random-train") == 1


def test_the_joined_statistics_give_the_mean_over_seeds(seeds):
    joined = next(row for row in join_seeds(read_rows([seeds[0]])) if row.system == "random-train")
    for key in ("bleu_4", "cider_d"):
        sample = joined.contributions.sample(key)
        assert sample.value == pytest.approx(joined.metrics[key].value, abs=1e-12)


def test_two_runs_of_one_seed_stay_two_rows(seeds):
    row = read_rows([seeds[0]])[0]
    again = Row.of(dataclasses.replace(row.record, path=Path("elsewhere")))
    assert join_seeds([row, again]) == [row, again]


def test_seeds_that_were_not_scored_alike_stay_apart(bench, seeds):
    folder, _ = seeds
    done = bench("rescore", folder / "seed-1", "--metrics", "rouge_l,cider_d", "--only")
    assert done.returncode == 0, done.stderr
    rows = [row for row in join_seeds(read_rows([folder])) if row.system == "random-train"]
    assert [row.seeds for row in rows] == [(0, 2), ()]
    done = bench("compare", f"{folder}::random-train", f"{folder}::constant")
    assert done.returncode == 2
    assert "seed-0 and seed-1 have different" in done.stderr
    assert "bench rescore" in done.stderr


def test_a_mean_over_seeds_is_compared_with_a_single_run(bench, seeds):
    folder, _ = seeds
    done = bench(
        "compare", f"{folder}::random-train", f"{folder / 'seed-1'}::random-train",
        "--metrics", "bleu_4,cider_d", "--format", "json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (mean,) = (row for row in join_seeds(read_rows([folder])) if row.system == "random-train")
    single = next(row for row in read_rows([folder / "seed-1"]) if row.system == "random-train")
    for key, found in json.loads(done.stdout)["metrics"].items():
        assert found["first"] == pytest.approx(mean.metrics[key].value, abs=1e-12)
        assert found["second"] == pytest.approx(single.metrics[key].value, abs=1e-12)


def test_seeds_stand_in_the_order_of_their_numbers(tmp_path):
    for seed in (10, 2, 0):
        seed_folder(tmp_path, seed).mkdir()
        (seed_folder(tmp_path, seed) / "plan.json").touch()
    assert [folder.name for folder in folders_in(tmp_path)] == ["seed-0", "seed-2", "seed-10"]


def test_a_folder_of_seeds_is_no_run_and_holds_none_beside_them(bench, seeds, clips_folder):
    folder, _ = seeds
    done = bench("report", folder, "-o", folder.parent / "page")
    assert done.returncode == 2
    assert f"a run for each of 3 seeds; name one of them, as {folder / 'seed-0'}" in done.stderr
    again = ("run", "--systems", "constant", "--dataset", f"folder:{clips_folder}:test", "--out")
    for options in ((folder,), (folder / "seed-0", "--seeds", "3,4")):
        done = bench(*again, *options)
        assert done.returncode == 2
        assert f"{options[0]} holds a run already" in done.stderr


def test_json_and_csv_keep_every_seed(bench, seeds):
    rows = json.loads(bench("leaderboard", seeds[0], "--format", "json").stdout)
    assert len(rows) == 6
    table = csv.DictReader(io.StringIO(bench("leaderboard", seeds[0], "--format", "csv").stdout))
    assert [row["seed"] for row in table] == ["0", "0", "1", "1", "2", "2"]


def test_rescoring_the_folder_scores_every_seed_again(bench, seeds):
    folder, _ = seeds
    done = bench("rescore", folder, "--metrics", "rouge_l", "--only")
    assert done.returncode == 0, done.stderr
    assert [list(row.metrics) for row in read_rows([folder])] == [["rouge_l"]] * 6


def test_resuming_the_folder_finishes_every_seed(bench, seeds):
    folder, _ = seeds
    (folder / "seed-1" / "manifest.json").unlink()
    (folder / "seed-2" / "manifest.json").unlink()
    (folder / "seed-2" / "ledger.jsonl").unlink()
    done = bench("run", "--resume", folder)
    assert done.returncode == 0, done.stderr
    assert {row.record.plan.seed for row in read_rows([folder])} == {0, 1, 2}


def test_two_systems_are_compared_by_their_means_over_seeds(bench, seeds):
    folder, _ = seeds
    done = bench(
        "compare", f"{folder}::random-train", f"{folder}::constant",
        "--metrics", "cider_d", "--format", "json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    joined = {row.system: row.metrics["cider_d"].value for row in join_seeds(read_rows([folder]))}
    (found,) = json.loads(done.stdout)["metrics"].values()
    assert found["first"] == pytest.approx(joined["random-train"], abs=1e-12)
    assert found["second"] == pytest.approx(joined["constant"], abs=1e-12)


@pytest.mark.parametrize("seeds", ["1", "1,1", "a,b", "1,x", ""])
def test_seeds_that_are_no_list_of_different_numbers_are_refused(bench, seeds):
    done = bench("run", "--systems", "constant", "--seeds", seeds)
    assert done.returncode == 2
    assert "at least two different whole numbers" in done.stderr
