"""Older runs and baselines written again in the form of today."""

from __future__ import annotations

import json

import pytest
from older_runs import NAMES, OLDER, copy_migrated, copy_older
from run_records import run_of

from benchmark.errors import RunError
from benchmark.runs.acceptance import Acceptance
from benchmark.runs.migrating import migrate_run
from benchmark.runs.reading import read_run, write_run


def contents(path):
    files = [path] if path.is_file() else sorted(path.iterdir())
    return {file.name: file.read_bytes() for file in files}


@pytest.mark.parametrize("name", NAMES)
def test_an_older_run_says_the_same_once_it_is_migrated(name, tmp_path):
    path = copy_older(tmp_path) / name
    before = read_run(path)
    assert migrate_run(path)
    after = read_run(path)
    assert after.content_id == before.content_id
    assert after.manifest == before.manifest
    assert {key: system.scores for key, system in after.systems.items()} == {
        key: system.scores for key, system in before.systems.items()
    }
    assert after.plan == before.plan


@pytest.mark.parametrize("name", NAMES)
def test_a_run_is_migrated_once(name, tmp_path):
    path = copy_older(tmp_path) / name
    assert migrate_run(path)
    once = contents(path)
    assert not migrate_run(path)
    assert contents(path) == once


def test_only_what_was_of_another_form_is_written(tmp_path):
    path = copy_older(tmp_path) / "run"
    before = contents(path)
    migrate_run(path)
    after = contents(path)
    changed = {name for name in before if after[name] != before[name]}
    schemas = {name: json.loads(after[name])["schema"] for name in changed}
    assert schemas == {"plan.json": 2, "scores.json": 2, "manifest.json": 3}


def test_a_migrated_baseline_is_accepted_under_its_own_id(tmp_path):
    before = read_run(OLDER / "baseline.json")
    after = read_run(copy_migrated(tmp_path) / "baseline.json")
    assert before.acceptance.run == before.former_id != before.content_id
    assert after.acceptance.run == after.content_id == before.content_id
    assert after.former_id is None
    assert after.acceptance.reason == before.acceptance.reason
    assert (before.integrity.state, after.integrity.state) == ("unsealed", "sealed")


def test_an_edited_baseline_is_refused_and_left_as_it_is(tmp_path):
    path = copy_older(tmp_path) / "baseline.json"
    content = json.loads(path.read_text())
    content["captions"]["human"][next(iter(content["captions"]["human"]))] = "edited"
    path.write_text(json.dumps(content))
    before = path.read_bytes()
    with pytest.raises(RunError, match="it was edited since"):
        migrate_run(path)
    assert path.read_bytes() == before


def test_a_file_of_today_stays_as_it_is(tmp_path):
    record = run_of()
    acceptance = Acceptance("2026-01-02", "the first", 1, record.content_id)
    write_run(run_of(acceptance=acceptance), tmp_path / "run.json")
    before = contents(tmp_path / "run.json")
    assert not migrate_run(tmp_path / "run.json")
    assert contents(tmp_path / "run.json") == before


def test_an_unfinished_run_and_no_run_are_refused(tmp_path):
    path = copy_older(tmp_path) / "run"
    (path / "manifest.json").unlink()
    with pytest.raises(RunError, match="is unfinished"):
        migrate_run(path)
    with pytest.raises(RunError, match="expected a run's folder, or a baseline's file"):
        migrate_run(tmp_path / "nowhere")
