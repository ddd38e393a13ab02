"""Runs, baselines and histories that the first version wrote: every command reads them."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

OLD = Path(__file__).parents[1] / "data" / "schema_1"
KNOWN = json.loads((OLD / "leaderboard.json").read_text())[0].keys()
"""What a row said then; more is said since."""


@pytest.fixture
def old(tmp_path):
    """Copy them to where ``bench`` runs, as they are named in them."""
    shutil.copytree(OLD, tmp_path, dirs_exist_ok=True)
    return tmp_path


def run_well(bench, *arguments, **settings):
    done = bench(*arguments, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows_of(text):
    return [{key: value for key, value in row.items() if key in KNOWN} for row in json.loads(text)]


def clips_of(path):
    """Read each clip's scores, but CIDEr-D of people, whose IDF is that of all references since."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert any(row["cider_d"] for row in rows)
    for row in rows:
        if row["system"] == "human":
            del row["cider_d"]
    return rows


def test_the_leaderboard_of_older_runs_is_what_it_was(bench, old):
    runs = ("run", "seeds", "scored", "baseline.json")
    printed = rows_of(run_well(bench, "leaderboard", *runs, "--format", "json"))
    assert printed == rows_of((OLD / "leaderboard.json").read_text())


def test_a_comparison_of_older_systems_is_what_it_was(bench, old):
    names = ("run::constant", "run::random-train")
    printed = json.loads(run_well(bench, "compare", *names, "--format", "json"))
    before = json.loads((OLD / "compare.json").read_text())
    for side in ("a", "b"):
        assert printed[side].pop("seal") == "unsealed"
        assert printed[side].pop("flaws") == []
        assert printed[side] == before[side]
    assert printed["metrics"].keys() == before["metrics"].keys()
    for key, metric in printed["metrics"].items():
        assert metric["n_clips"] == printed["n_common"] == before["n_common"]
        for figure in ("first", "second", "difference"):  # intervals and tests are others since
            assert metric[figure] == before["metrics"][key][figure], (key, figure)


def test_an_older_run_is_gated_against_an_older_baseline_and_noted_once(bench, old):
    night = ("gate", "run", "--baseline", "baseline.json", "--history", "history.jsonl")
    done = bench(*night)
    assert (done.returncode, "the run was judged before" in done.stdout) == (3, True)
    assert "PASS: 0 failed, 0 inconclusive, 30 passed" in run_well(bench, *night, "--again")
    assert (old / "history.jsonl").read_text() == (OLD / "history.jsonl").read_text()


def test_an_older_baseline_that_was_edited_is_still_told(bench, old):
    path = old / "baseline.json"
    path.write_text(path.read_text().replace('"val-0003": "a ', '"val-0003": "the '))
    done = bench("gate", "run", "--baseline", "baseline.json")
    assert done.returncode == 2
    assert "it was edited since" in done.stderr


def test_an_older_run_is_resumed_rescored_reported_and_accepted(bench, old):
    before = clips_of(old / "run" / "per_clip.csv")
    run_well(bench, "run", "--resume", "run")
    run_well(bench, "rescore", "run")
    assert clips_of(old / "run" / "per_clip.csv") == before
    run_well(bench, "rescore", "seeds", "--metrics", "rouge_l")
    run_well(bench, "report", "run", "--no-sounds", "-o", "page")
    run_well(bench, "power", "run::random-train", "--trials", "50", "--metrics", "rouge_l")
    accepted = run_well(
        bench, "baseline", "accept", "run", "--reason", "again", "--out", "baseline.json"
    )
    assert "version 2" in accepted
    assert "PASS" in run_well(bench, "gate", "run", "--baseline", "baseline.json")


def test_migrated_files_are_of_this_version_and_say_the_same(bench, old):
    runs = ("run", "seeds", "scored", "baseline.json")
    before = rows_of(run_well(bench, "leaderboard", *runs, "--format", "json"))
    told = run_well(bench, "migrate", *runs)
    assert told.count("rewritten") == 5
    assert json.loads((old / "run" / "scores.json").read_text())["schema"] == 2
    assert rows_of(run_well(bench, "leaderboard", *runs, "--format", "json")) == before
    assert "PASS" in run_well(bench, "gate", "run", "--baseline", "baseline.json")
    assert run_well(bench, "migrate", *runs).count("of this version already") == 5


def test_an_edited_baseline_is_not_migrated_into_a_whole_one(bench, old):
    path = old / "baseline.json"
    path.write_text(path.read_text().replace('"val-0003": "a ', '"val-0003": "the '))
    edited = path.read_text()
    done = bench("migrate", "baseline.json")
    assert done.returncode == 2
    assert "it was edited since" in done.stderr
    assert path.read_text() == edited
