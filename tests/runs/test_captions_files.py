"""Captions files scored as runs: one system a file."""

from __future__ import annotations

import csv

import pytest
from small_clips import write_clips

from benchmark.errors import DataError, RunError, UsageError
from benchmark.files import sha256_of
from benchmark.metrics.suite import MetricModels
from benchmark.runs.captions_files import score_files
from benchmark.runs.given import DISTRIBUTION
from benchmark.runs.ledger import read_ledger
from benchmark.runs.reading import read_run
from benchmark.runs.requests import ScoreRequest

N_CLIPS = 6


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    return write_clips(tmp_path_factory.mktemp("data") / "clips", n_test=N_CLIPS)


def clip_id(number):
    return f"test-{number:02d}.wav"


def write(path, captions):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("file_name", "caption_predicted"), *captions.items()])
    return path


def whole(text="a noise number {} hisses"):
    return {clip_id(number): text.format(number) for number in range(N_CLIPS)}


@pytest.fixture
def score(clips, tmp_path):
    def run(*files, out="run", **changes):
        request = ScoreRequest(
            files, f"folder:{clips}:test", clips, ("bleu_1", "rouge_l"), **changes
        )
        return score_files(request, tmp_path / out, MetricModels())

    return run


def test_a_file_becomes_a_sealed_run_of_one_system(score, tmp_path):
    record = score(write(tmp_path / "mine.csv", whole()))
    assert list(record.systems) == ["mine"]
    assert record.system("mine").value("rouge_l") == pytest.approx(1.0)
    assert record.manifest.is_complete
    assert record.system("mine").captions == whole()
    assert read_run(record.path).content_id == record.content_id


def test_the_plan_names_the_file_by_its_hash(score, tmp_path):
    file = write(tmp_path / "mine.csv", whole())
    plan = score(file, argv=("bench", "score")).plan
    (planned,) = plan.systems
    assert (planned.distribution, planned.version) == (DISTRIBUTION, sha256_of(file))
    assert (plan.command, plan.text_only, plan.header.argv) == ("score", True, ("bench", "score"))
    assert plan.clip_ids == tuple(whole())
    assert planned.trained_on == ()


def test_nothing_was_called_and_nothing_timed(score, tmp_path):
    record = score(write(tmp_path / "mine.csv", whole()))
    view = read_ledger(record.path / "ledger.jsonl")
    assert {entry.caption_s for entry in view.entries("mine")} == {0.0}
    assert (view.timed, view.prepared, view.machines) == ({}, {}, [])
    assert record.manifest.machine is None
    assert record.system("mine").sealed.latency is None


def test_several_files_stand_in_their_order(score, tmp_path):
    files = [write(tmp_path / f"{name}.csv", whole(f"{name} {{}}")) for name in ("b", "a")]
    assert list(score(*files).systems) == ["b", "a"]


def test_names_are_given_in_the_order_of_the_files(score, tmp_path):
    files = [write(tmp_path / f"{name}.csv", whole(f"{name} {{}}")) for name in ("b", "a")]
    record = score(*files, names=("second", "first"))
    assert list(record.systems) == ["second", "first"]
    assert record.system("first").captions[clip_id(0)] == "a 0"


@pytest.mark.parametrize("names", [("one",), ("one", "two", "three")])
def test_more_or_fewer_names_than_files_are_refused(score, tmp_path, names):
    files = [write(tmp_path / f"{name}.csv", whole()) for name in ("a", "b")]
    with pytest.raises(UsageError, match=f"{len(names)} --name for 2 files; expected one a file"):
        score(*files, names=names)
    assert not (tmp_path / "run").exists()


def test_two_files_of_one_name_are_refused_and_told_apart_by_names(score, tmp_path):
    (tmp_path / "other").mkdir()
    files = [write(folder / "mine.csv", whole()) for folder in (tmp_path, tmp_path / "other")]
    with pytest.raises(UsageError, match="'mine' is named more than once"):
        score(*files)
    assert list(score(*files, names=("one", "two")).systems) == ["one", "two"]


def test_a_file_of_fewer_clips_is_scored_only_when_asked_for(score, tmp_path):
    some = {clip_id(number): "a hiss" for number in (1, 3)}
    file = write(tmp_path / "some.csv", some)
    with pytest.raises(DataError, match="4 clips have no caption"):
        score(file)
    record = score(file, allow_missing=True)
    assert record.system("some").scores.n_scored == 2
    assert record.plan.clip_ids == tuple(some)
    assert record.plan.n_expected == N_CLIPS


def test_clips_of_all_files_are_planned_and_each_is_scored_on_its_own(score, tmp_path):
    first = write(tmp_path / "first.csv", {clip_id(0): "a hiss", clip_id(1): "a hiss"})
    second = write(tmp_path / "second.csv", {clip_id(1): "a hiss"})
    record = score(first, second, allow_missing=True)
    assert record.plan.clip_ids == (clip_id(0), clip_id(1))
    counts = {name: system.scores.n_scored for name, system in record.systems.items()}
    assert counts == {"first": 2, "second": 1}


def test_an_empty_caption_is_one_and_is_counted(score, tmp_path):
    record = score(write(tmp_path / "mine.csv", {**whole(), clip_id(2): ""}))
    sealed = record.system("mine").sealed
    assert (sealed.n_scored, sealed.n_empty, sealed.n_failed) == (N_CLIPS, 1, 0)


def test_a_file_that_does_not_fit_leaves_no_run(score, tmp_path):
    file = write(tmp_path / "mine.csv", {**whole(), "stranger.wav": "a hiss"})
    with pytest.raises(DataError, match="1 ids belong to no clip"):
        score(file)
    assert not (tmp_path / "run").exists()


def test_a_second_run_in_one_folder_is_refused(score, tmp_path):
    file = write(tmp_path / "mine.csv", whole())
    before = score(file).content_id
    with pytest.raises(RunError, match="holds a run already"):
        score(file)
    assert read_run(tmp_path / "run").content_id == before
