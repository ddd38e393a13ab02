"""The end of a run: what is written, in which order, and the record it makes."""

from __future__ import annotations

import csv
import dataclasses
import json

import pytest
from leaderboard_rows import PLAN
from machines import SERVER
from timed_calls import calls

from benchmark.errors import MachineError
from benchmark.metrics.suite import MetricModels
from benchmark.runs.entries import ClipEntry, MachineEntry, PrepareEntry
from benchmark.runs.folder import RunFolder
from benchmark.runs.ledger import Ledger
from benchmark.runs.plan import Plan, PlannedSystem
from benchmark.runs.reading import read_run
from benchmark.runs.scoring import score_ledger
from benchmark.runs.sealing import ScoredRun, captions_of, seal_run

CLIPS = ("a", "b", "c")
REFERENCES = {
    "a": ("rain falls", "water drips"),
    "b": ("a dog barks", "a dog howls"),
    "c": ("wind blows", "a storm"),
}
NAMES = ("toy", "folded")


@pytest.fixture
def plan():
    header = dataclasses.replace(
        PLAN.header, metrics=("bleu_1", "rouge_l"), dataset="clotho:evaluation"
    )
    systems = tuple(
        PlannedSystem(name, "system", "aac-bench-toy", "1.2.3", leave_one_out=name == "folded")
        for name in NAMES
    )
    return Plan(header, systems, (*CLIPS, "000"))


@pytest.fixture
def folder(tmp_path, plan):
    return RunFolder.create(tmp_path / "run", plan)


@pytest.fixture
def view(folder):
    with Ledger(folder.ledger_path) as ledger:
        ledger.extend([PrepareEntry("toy", 0, 1.0, facts={"preset": "paper"})])
        ledger.extend([ClipEntry.given("toy", name, f"rain {name}", "k") for name in CLIPS])
        for fold in (0, 1):
            ledger.extend(
                [
                    ClipEntry(
                        "folded", fold, name, "ok", REFERENCES[name][fold], "k", 0, 1, 0, 0, 1.0
                    )
                    for name in CLIPS
                ]
            )
        ledger.extend([*calls(0.5, calibration_s=0.01), MachineEntry(SERVER, 42.0)])
    return ledger.view


def seal(folder, plan, view, failures=None):
    scored = score_ledger(plan, view, REFERENCES, MetricModels())
    return seal_run(folder, ScoredRun(plan, view, scored), failures or {})


def test_everything_that_is_derived_is_written(folder, plan, view):
    seal(folder, plan, view)
    assert {path.name for path in folder.path.iterdir()} == {
        *("plan.json", "ledger.jsonl", "scores.json", "statistics.json"),
        *("per_clip.csv", "manifest.json"),
    }


def test_the_record_is_what_is_read_again(folder, plan, view):
    record, again = seal(folder, plan, view), read_run(folder.path)
    assert again.content_id == record.content_id
    assert (again.manifest, again.scores) == (record.manifest, record.scores)
    for name in NAMES:
        assert again.system(name).captions == record.system(name).captions
        assert again.system(name).calls == record.system(name).calls
        assert again.system(name).planned == record.system(name).planned


def test_each_system_has_its_own_parts(folder, plan, view):
    record = seal(folder, plan, view, {"folded": "no weights"})
    toy, folded = (record.system(name) for name in NAMES)
    assert toy.captions == {name: f"rain {name}" for name in CLIPS}
    assert toy.calls == {"000": {"latency": pytest.approx(50)}}
    assert (folded.calls, folded.sealed.failure) == ({}, "no weights")
    assert toy.sealed.facts == {"preset": "paper"}
    assert (record.manifest.machine, record.manifest.peak_rss_mib) == (SERVER, 42.0)
    assert not record.manifest.is_complete


def test_captions_of_several_folds_are_the_last_one_s(view):
    assert captions_of(view, "folded") == {name: REFERENCES[name][1] for name in CLIPS}
    assert captions_of(view, "nobody") == {}


def test_a_clip_without_a_caption_is_absent_and_an_empty_one_is_there(folder, view):
    with Ledger(folder.ledger_path) as ledger:
        ledger.extend([ClipEntry.given("toy", "a", "", "k")])
        ledger.extend([ClipEntry.given("toy", "b", "", "k").failed(ValueError("no"))])
    assert captions_of(ledger.view, "toy") == {"a": "", "c": "rain c"}


def test_the_table_of_clips_has_the_planned_metrics(folder, plan, view):
    record = seal(folder, plan, view)
    with folder.per_clip_path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["system", "clip_id", "bleu_1", "rouge_l"]
    assert len(rows) == 6
    rouge = [float(row["rouge_l"]) for row in rows if row["system"] == "toy"]
    assert sum(rouge) / 3 == pytest.approx(record.system("toy").value("rouge_l"))


def test_nothing_seals_a_run_whose_scores_cannot_be_written(folder, plan, view):
    (folder.path / "pending").touch()
    with pytest.raises(MachineError):
        seal(folder, plan, view)
    assert not folder.manifest_path.exists()


def test_the_manifest_says_how_many_clips_were_scored(folder, plan, view):
    seal(folder, plan, view)
    written = json.loads(folder.manifest_path.read_text())
    assert {name: part["n_scored"] for name, part in written["systems"].items()} == {
        "toy": 3,
        "folded": 3,
    }
    assert written["complete"] is True
