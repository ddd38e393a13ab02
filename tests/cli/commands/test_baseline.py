"""``bench baseline accept``: which runs may become a baseline, and what is written down of it."""

from __future__ import annotations

import csv
import json
import shutil

import pytest
from gate_runs import Place, change_json, change_rows, install_staged
from small_clips import write_clips

from benchmark.gate.history import read_history
from benchmark.runs.acceptance import Predecessor
from benchmark.runs.reading import read_run


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("place")
    (folder / "site").mkdir()
    install_staged(folder / "site")
    write_clips(folder / "clips", n_test=12)
    place = Place(folder, folder / "site", {})
    place.succeed("run", "--systems", "staged,constant", "--dataset", "folder:clips:test",
                  "--metrics", "lexical", "--profile", "8", "--out", "run")  # fmt: skip
    return place


@pytest.fixture(autouse=True)
def no_baseline(place):
    shutil.rmtree(place.folder / "leaderboards", ignore_errors=True)


def accept(place, run, reason="as it should be", *options):
    return place.bench("baseline", "accept", run, "--reason", reason, *options)


def reworded(place, name):
    """A copy of the run in which the floor says something better."""
    run = place.copy(place.folder / "run", name)
    with (place.folder / "clips" / "test.csv").open(newline="") as file:
        caption = next(csv.DictReader(file))["caption_1"]
    change_rows(
        run,
        lambda row: (
            {**row, "caption": caption} if row.get("system") == "constant" and row["row"] == "clip"
            else row
        ),
    )  # fmt: skip
    place.succeed("rescore", run, "--metrics", "lexical")
    return run


def test_a_baseline_holds_the_run_with_its_reason_and_its_id(place):
    done = accept(place, "run", "first night of the new encoder")
    assert done.returncode == 0, done.stderr
    path = next((place.folder / "leaderboards" / "baselines").glob("*.json"))
    baseline, run = read_run(path), read_run(place.folder / "run")
    accepted = baseline.acceptance
    assert accepted.reason == "first night of the new encoder"
    assert (accepted.version, accepted.after) == (1, None)
    assert accepted.run == run.content_id == baseline.content_id
    assert accepted.accepted_at.startswith("20")
    assert len(baseline.system("staged").calls) == 8
    for name, system in run.systems.items():
        assert baseline.system(name).captions == system.captions
    assert f"version 1, run {accepted.run}" in done.stdout


def test_the_file_is_named_after_the_data_set(place):
    place.succeed("score", _captions(place), "--dataset", "folder:clips:test",
                  "--metrics", "lexical", "--out", "scored")  # fmt: skip
    done = accept(place, "scored")
    name = read_run(place.folder / "scored").plan.dataset
    tame = "".join(char if char.isalnum() or char in "-_." else "-" for char in name)
    assert (place.folder / "leaderboards" / "baselines" / f"{tame}.json").is_file()
    assert done.returncode == 0, done.stderr


def _captions(place):
    path = place.folder / "mine.csv"
    captions = read_run(place.folder / "run").system("constant").captions
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file_name", "caption_predicted"])
        writer.writerows(captions.items())
    return path


def test_the_next_version_says_what_changed_and_where_it_came_from(place):
    first = place.folder / "b.json"
    assert accept(place, "run", "one", "--out", first).returncode == 0
    before = read_run(first)
    done = accept(place, reworded(place, "reworded"), "two", "--out", first)
    assert done.returncode == 0, done.stderr
    accepted = read_run(first).acceptance
    assert accepted.version == 2
    assert accepted.after == Predecessor(1, before.content_id)
    was, now = (record.system("constant").value("cider_d") for record in (before, read_run(first)))
    assert was != now
    assert f"constant: CIDEr-D {was:.4f} -> {now:.4f}" in done.stdout
    assert "staged: latency x1.00" in done.stdout
    assert "staged: CIDEr-D" not in done.stdout
    nights = read_history(first.with_suffix(".history.jsonl")).nights
    assert [(night.event, night.outcome, night.system) for night in nights] == [
        ("accepted", "one", "staged"),
        ("accepted", "one", "constant"),
        ("accepted", "two", "staged"),
        ("accepted", "two", "constant"),
    ]


def test_metrics_and_systems_that_come_and_go_are_said(place):
    first = place.folder / "c.json"
    assert accept(place, "run", "one", "--out", first).returncode == 0
    place.succeed("run", "--systems", "constant,random-train", "--dataset", "folder:clips:test",
                  "--metrics", "rouge_l,bleu_1,fer", "--text-only", "--profile", "0",
                  "--out", "other")  # fmt: skip
    done = accept(place, "other", "two", "--out", first)
    assert done.returncode == 0, done.stderr
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert "removed: staged" in lines
    assert "added: random-train" in lines
    assert "constant: CIDEr-D removed" in lines


def test_a_run_is_accepted_once(place):
    assert accept(place, "run", "one", "--out", "d.json").returncode == 0
    again = accept(place, "run", "two", "--out", "d.json")
    assert again.returncode == 2
    assert "is the baseline d.json already" in again.stderr


def test_a_reason_is_needed(place):
    assert accept(place, "run", "  ").returncode == 2
    done = place.bench("baseline", "accept", "run")
    assert done.returncode == 2
    assert "--reason" in done.stderr


def spoiled(place, name, change):
    run = place.copy(place.folder / "run", name)
    change_rows(run, change)
    place.bench("rescore", run, "--metrics", "lexical")
    return run


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("gap", lambda row: None if row.get("clip_id") == "test-01.wav" else row,
         "staged has no caption of 1 clips"),
        ("error", lambda row: {**row, "state": "error", "caption": None}
         if row["row"] == "clip" and row["clip_id"] == "test-02.wav" else row,
         "constant has no caption of 1 clips"),
        ("nothing", lambda row: None, "has no caption of 12 clips"),
    ],
)  # fmt: skip
def test_incomplete_runs_are_refused(place, name, change, message):
    done = accept(place, spoiled(place, name, change))
    assert done.returncode == 2
    assert message in done.stderr
    assert not (place.folder / "leaderboards").exists()


def test_a_run_with_a_stopped_system_is_refused(place):
    run = place.copy(place.folder / "run", "stopped")

    def stop(manifest):
        manifest["systems"]["staged"]["failure"] = "after 12 clips"

    change_json(run / "manifest.json", stop)
    done = accept(place, run)
    assert done.returncode == 2
    assert "staged stopped after 12 clips" in done.stderr


def test_an_unfinished_run_is_refused(place):
    run = place.copy(place.folder / "run", "unfinished")
    (run / "manifest.json").unlink()
    done = accept(place, run)
    assert done.returncode == 2
    assert "unfinished" in done.stderr


def test_an_edited_baseline_is_not_followed(place):
    path = place.folder / "e.json"
    assert accept(place, "run", "one", "--out", path).returncode == 0

    def lower(record):
        record["scores"]["systems"]["staged"]["metrics"]["cider_d"]["value"] = 9.0

    change_json(path, lower)
    before = path.read_bytes()
    done = accept(place, reworded(place, "after-edit"), "two", "--out", path)
    assert done.returncode == 2
    assert "it was edited since it was sealed" in done.stderr
    assert path.read_bytes() == before


def test_a_broken_history_stops_before_anything_is_written(place):
    (place.folder / "f.history.jsonl").write_text("{}\n")
    done = accept(place, "run", "one", "--out", "f.json")
    assert done.returncode == 2
    assert "f.history.jsonl, line 1" in done.stderr
    assert not (place.folder / "f.json").exists()
    assert json.loads((place.folder / "f.history.jsonl").read_text()) == {}


def test_nights_after_an_acceptance_show_a_slow_creep(place):
    """Every night passes against the baseline, and the history still shows the fall."""
    accepted = accept(place, "run", "one", "--out", "g.json")
    assert accepted.returncode == 0, accepted.stderr
    run, history = place.folder / "run", place.folder / "g-nights.jsonl"
    for night in range(9):
        copy = place.copy(run, f"night-{night}")
        change_json(copy / "plan.json", lambda plan, at=night: plan.update(
            created_at=f"2027-01-{at + 1:02d}T02:00:00+00:00", run_id=f"{at}"))  # fmt: skip
        share = 1 - 0.003 * max(night - 3, 0)
        change_json(
            copy / "scores.json",
            lambda scores, by=share: _scale(scores["systems"]["staged"]["metrics"]["rouge_l"], by),
        )
        change_json(
            copy / "statistics.json",
            lambda content, by=share: _scale_each(content["systems"]["staged"]["statistics"], by),
        )
        done = place.bench("gate", copy, "--baseline", "g.json", "--history", history,
                           "--json", "g-gate.json")  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    assert len(read_history(history).nights) == 9 * 2
    steps = json.loads((place.folder / "g-gate.json").read_text())["steps"]
    assert [(step["system"], step["subject"]) for step in steps] == [("staged", "rouge_l")]
    assert steps[0]["after"] < steps[0]["before"]
    assert "Steps in the history" in done.stdout


def _scale_each(statistics, factor):
    statistics["rouge_l"] = [[value * factor for value in fold] for fold in statistics["rouge_l"]]


def _scale(cell, factor):
    cell["value"] *= factor


def test_a_broken_history_is_a_wrong_request_and_its_line_is_said(place):
    assert accept(place, "run", "one", "--out", "h.json").returncode == 0
    (place.folder / "h-nights.jsonl").write_text("\nnot json\n")
    done = place.bench("gate", "run", "--baseline", "h.json", "--history", "h-nights.jsonl")
    assert done.returncode == 2
    assert "h-nights.jsonl, line 1" in done.stderr
