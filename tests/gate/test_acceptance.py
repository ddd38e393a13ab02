"""Accepting a run: which may become a baseline, which version it is, what is written beside it."""

from __future__ import annotations

import dataclasses

import pytest
from made_nights import CLIPS, run_of, system_of

from benchmark.errors import DataError, RunError, UsageError
from benchmark.gate.acceptance import accept_run, default_baseline, require_complete
from benchmark.gate.history import history_beside, read_history
from benchmark.runs.acceptance import Predecessor
from benchmark.runs.reading import read_run, write_run


@pytest.fixture
def accept(tmp_path):
    """Write a run of one score, and accept it as ``baseline.json``."""

    def write_and_accept(value=0.5, reason="as it should be", **changes):
        run = run_of(system_of("toy", {"cider_d": value}), **changes)
        write_run(run, tmp_path / "run.json")
        return accept_run(tmp_path / "run.json", reason, tmp_path / "baseline.json")

    return write_and_accept


def test_a_run_becomes_the_first_version(accept, tmp_path):
    accepted = accept(reason="  the first night ")
    record, run = read_run(accepted.path), read_run(tmp_path / "run.json")
    assert (accepted.version, accepted.changes) == (1, ())
    assert accepted.run == run.content_id == record.content_id
    assert record.acceptance.reason == "the first night"
    assert record.acceptance.after is None
    assert run.acceptance is None
    assert record.integrity.state == "sealed"


def test_the_next_version_follows_the_one_before_and_says_what_changed(accept, tmp_path):
    first, second, third = accept(0.5), accept(0.25), accept(0.75)
    assert [each.version for each in (first, second, third)] == [1, 2, 3]
    assert second.changes == ("toy: CIDEr-D 0.5000 -> 0.2500",)
    assert third.changes == ("toy: CIDEr-D 0.2500 -> 0.7500",)
    assert read_run(third.path).acceptance.after == Predecessor(2, second.run)


def test_every_acceptance_is_noted_beside_the_baseline(accept, tmp_path):
    accept(0.5, "one")
    accept(0.25, "two", created_at="2026-01-02T00:00:00+00:00")
    nights = read_history(history_beside(tmp_path / "baseline.json")).nights
    assert [(night.event, night.outcome, night.values["cider_d"]) for night in nights] == [
        ("accepted", "one", 0.5),
        ("accepted", "two", 0.25),
    ]


@pytest.mark.parametrize("reason", ["", "  ", "\n\t"])
def test_a_reason_is_needed(accept, tmp_path, reason):
    with pytest.raises(UsageError, match="an empty --reason"):
        accept(reason=reason)
    assert not (tmp_path / "baseline.json").exists()


def test_a_run_is_accepted_once(accept, tmp_path):
    accept()
    before = (tmp_path / "baseline.json").read_bytes()
    with pytest.raises(UsageError, match=r"is the baseline .*baseline\.json already"):
        accept(reason="again")
    assert (tmp_path / "baseline.json").read_bytes() == before


def test_a_baseline_is_accepted_elsewhere_as_a_first_version(accept, tmp_path):
    accept(0.5)
    accept(0.25)
    moved = accept_run(tmp_path / "baseline.json", "for the other branch", tmp_path / "b2.json")
    assert moved.version == 1
    assert read_run(moved.path).acceptance.reason == "for the other branch"


def test_an_edited_baseline_is_neither_accepted_nor_followed(accept, tmp_path):
    path = accept().path
    path.write_text(path.read_text().replace('"value": 0.5', '"value": 0.75'))
    before = path.read_bytes()
    with pytest.raises(RunError, match="it was edited since"):
        accept(0.25)
    with pytest.raises(RunError, match="it was edited since"):
        accept_run(path, "as it is", tmp_path / "new.json")
    assert path.read_bytes() == before
    assert not (tmp_path / "new.json").exists()


def test_a_broken_history_stops_before_the_baseline_is_written(accept, tmp_path):
    (tmp_path / "baseline.history.jsonl").write_text("{}\n")
    with pytest.raises(DataError, match=r"baseline\.history\.jsonl, line 1"):
        accept()
    assert not (tmp_path / "baseline.json").exists()


def test_a_complete_run_may_be_accepted():
    require_complete(run_of(system_of("a"), system_of("b")))


@pytest.mark.parametrize(
    ("systems", "fault"),
    [
        ([system_of("a", failure="after 3 clips")], "a stopped after 3 clips"),
        ([system_of("a", clips=CLIPS[:9])], "a has no caption of 1 clips"),
        ([system_of("a", clips=())], "a has no caption of 10 clips"),
        (
            [system_of("a", clips=CLIPS[:9], failure="late"), system_of("b", clips=CLIPS[:8])],
            "a stopped late; b has no caption of 2 clips",
        ),
    ],
)
def test_runs_in_which_something_went_wrong_are_refused(systems, fault):
    with pytest.raises(RunError) as refused:
        require_complete(run_of(*systems))
    assert f"runs/night cannot be a baseline: {fault}. Mend it" in str(refused.value)
    assert "bench run --resume runs/night" in str(refused.value)


def test_a_run_of_no_clip_is_refused():
    with pytest.raises(RunError, match="no clip was scored"):
        require_complete(run_of(system_of(clips=()), clip_ids=()))


def test_captions_without_words_are_captions():
    require_complete(run_of(system_of(captions=dict.fromkeys(CLIPS, ""))))


@pytest.mark.parametrize(
    ("dataset", "name"),
    [
        ("soundscapes:test", "soundscapes-test.json"),
        ("folder:/my sounds/a:test", "folder--my-sounds-a-test.json"),
        ("clotho:evaluation_2.1", "clotho-evaluation_2.1.json"),
    ],
)
def test_a_baseline_is_named_after_its_data_set(dataset, name):
    path = default_baseline(run_of(system_of(), dataset=dataset))
    assert path.as_posix() == f"leaderboards/baselines/{name}"


def test_without_a_place_the_file_lies_among_the_baselines(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_run(run_of(system_of("toy", {"cider_d": 0.5})), tmp_path / "run.json")
    accepted = accept_run(tmp_path / "run.json", "the first")
    assert accepted.path.as_posix() == "leaderboards/baselines/clotho-evaluation.json"
    assert (tmp_path / accepted.path).is_file()


def test_what_was_accepted_is_what_was_read(accept, tmp_path):
    record, run = read_run(accept().path), read_run(tmp_path / "run.json")
    same = dataclasses.replace(record, acceptance=None, path=run.path)
    assert same.content_id == run.content_id
    assert same.system("toy").captions == run.system("toy").captions
    assert same.plan == run.plan
