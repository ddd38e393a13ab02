"""What a sealed run says: systems looked up, metrics explained, contents hashed."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from leaderboard_rows import cell
from machines import SERVER
from older_runs import copy_migrated, copy_older
from run_records import contributions, run_of, system

from benchmark.errors import RunError, UnknownNameError, UsageError
from benchmark.metrics.signature import Signature
from benchmark.runs.acceptance import Acceptance
from benchmark.runs.reading import read_run, write_run
from benchmark.runs.record import hash_parts

ACCEPTED = Acceptance("2026-01-02T00:00:00+00:00", "the first", 3, "0" * 12)


def changed(record, **fields):
    """The record of a run whose only system has other parts."""
    (each,) = record.systems.values()
    return dataclasses.replace(record, systems={each.name: dataclasses.replace(each, **fields)})


def with_plan(record, **fields):
    return dataclasses.replace(record, plan=dataclasses.replace(record.plan, **fields))


def with_header(record, **fields):
    return with_plan(record, header=dataclasses.replace(record.plan.header, **fields))


def with_seal(record, **fields):
    return dataclasses.replace(record, manifest=dataclasses.replace(record.manifest, **fields))


def test_a_system_is_titled_by_run_and_name():
    toy = system("toy[x=1]", run="runs/mine")
    assert (toy.name, toy.title) == ("toy[x=1]", "runs/mine::toy[x=1]")


def test_a_metric_that_was_not_asked_for_has_no_cell_no_value_and_a_bare_signature():
    toy = system(metrics={"cider_d": cell(0.5)})
    assert toy.value("cider_d") == 0.5
    assert str(toy.signature("cider_d")) == "cider_d|n:4|refs:5|clips:5/5"
    assert (toy.cell("fense"), toy.value("fense")) == (None, None)
    assert toy.signature("fense") == Signature("fense")


def test_a_metric_that_is_unavailable_has_a_cell_and_no_value():
    toy = system(metrics={"spice": cell(None, "no jars", "spice")})
    assert toy.cell("spice").reason == "no jars"
    assert toy.value("spice") is None


@pytest.mark.parametrize(
    ("key", "metrics", "reason"),
    [
        ("cider_d", {"cider_d": cell(0.3)}, None),
        ("fense", {"cider_d": cell(0.3)}, "not computed in runs/1"),
        ("spice", {"spice": cell(None, "no jars", "spice")}, "no jars"),
        ("spice", {"spice": cell(None, None, "spice")}, "unavailable"),
        ("rouge_l", {"rouge_l": cell(0.3, metric="rouge_l")}, "no statistics in runs/1"),
        ("vocab.cands", {"vocab.cands": cell(80.0)}, "it only describes"),
        ("sent_len.cands", {}, "it only describes"),
    ],
)
def test_a_metric_that_cannot_be_resampled_says_why(key, metrics, reason):
    assert system(metrics=metrics).why_not_resampled(key) == reason


def test_a_run_is_titled_by_path_id_and_version():
    run = run_of()
    assert run.title == f"runs/1 ({run.content_id})"
    baseline = dataclasses.replace(run, acceptance=ACCEPTED)
    assert baseline.title == f"runs/1 ({run.content_id}, version 3)"


def test_systems_are_looked_up_by_name_with_a_guess():
    run = run_of(system("toy"), system("constant"))
    assert run.system("constant").name == "constant"
    with pytest.raises(UnknownNameError, match=r"no system of runs/1 named 'toi'.*mean 'toy'"):
        run.system("toi")


def test_the_only_system_of_several_is_asked_for():
    assert run_of().only_system().name == "toy"
    both = run_of(system("toy"), system("constant"))
    with pytest.raises(UsageError, match="2 systems; say which: runs/1::toy or runs/1::constant"):
        both.only_system()


def test_scores_are_those_of_the_systems_in_their_order():
    run = run_of(system("b"), system("a"))
    assert list(run.scores.systems) == ["b", "a"]
    assert run.scores.systems["b"] is run.system("b").scores


def test_parts_by_system_are_json_and_leave_out_who_was_not_timed():
    timed = dataclasses.replace(system("timed"), calls={"a": {"latency": 2.0}})
    parts = run_of(timed, system("untimed")).parts_by_system()
    assert list(parts) == ["statistics", "captions", "calls"]
    assert parts["calls"] == {"timed": {"a": {"latency": 2.0}}}
    assert list(parts["statistics"]) == list(parts["captions"]) == ["timed", "untimed"]
    assert json.loads(json.dumps(parts)) == parts


def test_the_content_id_is_twelve_hex_digits_and_is_computed_once():
    run = run_of()
    assert len(run.content_id) == 12
    assert int(run.content_id, 16) >= 0
    assert run.content_id is run.content_id
    assert run_of().content_id == run.content_id


CHANGES = {
    "when it was planned": lambda run: with_header(run, created_at="2026-01-01T00:00:01+00:00"),
    "the data set": lambda run: with_header(run, dataset="clotho:validation"),
    "the references": lambda run: with_header(run, references_sha256="ef" * 32),
    "the clips": lambda run: with_plan(run, clip_ids=tuple("abcd")),
    "when it was finished": lambda run: with_seal(run, finished_at="later"),
    "the machine": lambda run: with_seal(run, machine=SERVER),
    "the memory": lambda run: with_seal(run, peak_rss_mib=1.5),
    "a failure": lambda run: with_seal(run, failures={"toy": "no weights"}),
    "the count of the empty": lambda run: with_seal(
        run, systems={"toy": dataclasses.replace(run.manifest.systems["toy"], n_empty=1)}
    ),
    "a value": lambda run: changed(
        run, scores=dataclasses.replace(run.system("toy").scores, metrics={"cider_d": cell(0.31)})
    ),
    "a signature": lambda run: changed(
        run,
        scores=dataclasses.replace(
            run.system("toy").scores, metrics={"cider_d": cell(0.3, parts=(("n", "3"),))}
        ),
    ),
    "what a clip adds": lambda run: changed(
        run, contributions=contributions(cider_d=[0.1, 0.2, 0.3, 0.4, 0.6])
    ),
    "a caption": lambda run: changed(run, captions={"a": "rain"}),
    "a timed call": lambda run: changed(run, calls={"a": {"latency": 1.0}}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_the_content_id_changes_with(change):
    run = run_of()
    assert change(run).content_id != run.content_id


UNCHANGED = {
    "the path": lambda run: dataclasses.replace(run, path=Path("elsewhere")),
    "an acceptance": lambda run: dataclasses.replace(run, acceptance=ACCEPTED),
    "how it was typed": lambda run: with_header(run, argv=("bench", "run")),
    "a passport": lambda run: with_header(run, passport={"present": 3}),
    "its former id": lambda run: dataclasses.replace(run, former_id="1" * 12),
}


@pytest.mark.parametrize("change", UNCHANGED.values(), ids=UNCHANGED.keys())
def test_the_content_id_does_not_change_with(change):
    run = run_of()
    assert change(run).content_id == run.content_id


def test_the_order_of_keys_is_no_content():
    captions = {"a": "rain", "b": "wind"}
    first = changed(run_of(), captions=captions)
    second = changed(run_of(), captions=dict(reversed(captions.items())))
    assert first.content_id == second.content_id
    assert hash_parts({"a": 1, "b": 2}) == hash_parts({"b": 2, "a": 1})
    assert hash_parts({"a": 1}) != hash_parts({"a": "1"})


@pytest.mark.parametrize("copy", [copy_older, copy_migrated])
def test_a_folder_and_its_file_have_one_content_id(copy, tmp_path):
    record = read_run(copy(tmp_path) / "run")
    write_run(record, tmp_path / "run.json")
    assert read_run(tmp_path / "run.json").content_id == record.content_id


def test_a_file_with_its_keys_in_another_order_has_the_same_content_id(tmp_path):
    path = copy_migrated(tmp_path) / "baseline.json"
    before = read_run(path).content_id
    path.write_text(json.dumps(json.loads(path.read_text()), sort_keys=True))
    assert read_run(path).content_id == before


def test_histories_know_a_run_by_the_id_it_was_first_noted_with():
    run = run_of()
    assert run.noted_id == run.content_id
    assert dataclasses.replace(run, former_id="1" * 12).noted_id == "1" * 12


def test_a_baseline_stands_by_its_own_id_or_the_former_one():
    run = run_of()
    assert run.find_unaccepted() == []  # nobody accepted it
    own = dataclasses.replace(ACCEPTED, run=run.content_id)
    assert dataclasses.replace(run, acceptance=own).find_unaccepted() == []
    formerly = dataclasses.replace(run, acceptance=ACCEPTED, former_id=ACCEPTED.run)
    assert formerly.find_unaccepted() == []


def test_an_edited_baseline_says_both_ids():
    run = run_of(acceptance=ACCEPTED, path="baseline.json")
    (edit,) = run.find_unaccepted()
    assert edit == f"its content has the id {run.content_id}, and {ACCEPTED.run} was accepted"


def test_what_nobody_accepted_is_no_baseline():
    run_of(acceptance=ACCEPTED).require_accepted()
    with pytest.raises(RunError, match=r"runs/1: nobody accepted it as a baseline\. Expected"):
        run_of().require_accepted()


def test_an_id_survives_numbers_of_every_size():
    column = [0.1, 1 / 3, 1e-300, 12345678.9, 2.0]
    run = changed(run_of(), contributions=contributions(cider_d=column))
    again = json.loads(json.dumps(run.parts_by_system()["statistics"]))
    assert np.array_equal(again["toy"]["statistics"]["cider_d"][0], column)
