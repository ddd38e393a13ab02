"""``bench show``: one clip of a run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest
from bench_process import bench_environment
from small_clips import write_clips

from benchmark.models.weights import OFFLINE_NAME


@pytest.fixture(scope="module")
def run(toy_site, tmp_path_factory):
    place = tmp_path_factory.mktemp("show")
    clips = write_clips(place / "clips", n_test=5)
    done = subprocess.run(
        [sys.executable, "-m", "benchmark.cli", "run", "--systems", "toy,random-train,human",
         "--explain", "--dataset", f"folder:{clips}", "--metrics", "lexical", "--profile", "0",
         "--out", "run"],
        cwd=place, env=bench_environment(toy_site), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return place / "run"


def test_a_clip_is_shown_with_references_captions_and_what_they_leaned_on(bench, run):
    done = bench("show", run, "test-03.wav")
    assert done.returncode == 0, done.stderr
    for words in ("a noise number 3 hisses", "sound of level", "loudest samples", "CIDEr-D"):
        assert words in done.stdout
    shown = json.loads(bench("show", run, "test-03.wav", "--format", "json").stdout)
    assert shown["references"] == ["a noise number 3 hisses", "the test hiss of noise 3"]
    by_name = {system["system"]: system for system in shown["systems"]}
    assert list(by_name["toy"]["explanation"]) == ["loudest samples"]
    assert by_name["random-train"]["explanation"] is None


def test_the_oracle_names_the_training_captions_that_suit_best(bench, run):
    asked = ("show", run, "test-03.wav", "--system", "toy", "--oracle")
    done = bench(*asked, "--bert-score-model", OFFLINE_NAME, "--format", "json")
    assert done.returncode == 0, done.stderr
    oracle = json.loads(done.stdout)["oracle"]
    assert oracle["model"] == OFFLINE_NAME
    assert oracle["train"].endswith("clips:train")
    assert oracle["captions"][0]["caption"] == "a noise number 3 hisses"
    assert len(oracle["captions"]) == 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["test-3.wav"], "Did you mean 'test-03.wav'"),
        (["test-03.wav", "--system", "toi"], "no system of "),
        (["test-03.wav", "--bert-score-model", "x"], "--bert-score-model is of --oracle"),
    ],
)
def test_what_is_not_there_is_refused_with_2(bench, run, arguments, message):
    done = bench("show", run, *arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_run_that_is_not_there_or_unfinished_is_refused(bench, run, tmp_path):
    assert "there is no" in bench("show", "nothing", "a").stderr
    copy = shutil.copytree(run, tmp_path / "copy")
    (copy / "manifest.json").unlink()
    done = bench("show", copy, "test-03.wav")
    assert done.returncode == 2
    assert "is unfinished" in done.stderr
