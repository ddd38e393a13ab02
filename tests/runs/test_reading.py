"""Runs as they are read again: from a folder, from one file."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from benchmark.errors import MachineError, RunError, UnknownNameError, UsageError
from benchmark.runs.reading import find_systems, read_run, write_run


def test_a_file_holds_all_that_the_folder_holds(finished_run, tmp_path):
    record = read_run(finished_run)
    write_run(record, tmp_path / "kept" / "run.json")
    again = read_run(tmp_path / "kept" / "run.json")
    assert (again.plan, again.manifest) == (record.plan, record.manifest)
    assert again.content_id == record.content_id
    assert list(again.systems) == list(record.systems) == ["constant", "human"]
    for name, system in record.systems.items():
        copy = again.system(name)
        assert copy.scores == system.scores
        assert (copy.captions, copy.calls) == (system.captions, system.calls)
        assert len(copy.captions) == 12
        for key in ("bleu_2", "cider_d"):
            ours, theirs = (each.contributions.sample(key) for each in (system, copy))
            np.testing.assert_array_equal(ours.statistics, theirs.statistics)
            assert theirs.value == pytest.approx(system.value(key), abs=1e-12)


def test_a_table_of_the_file_is_the_table_of_the_folder(bench, finished_run, tmp_path):
    write_run(read_run(finished_run), tmp_path / "run.json")
    tables = [
        bench("leaderboard", path, "--format", "md")
        for path in (finished_run, tmp_path / "run.json")
    ]
    assert tables[0].returncode == 0, tables[0].stderr
    assert tables[0].stdout == tables[1].stdout


def test_a_system_is_named_by_run_and_name(finished_run):
    (system,) = find_systems([f"{finished_run}::human"])
    assert (system.path, system.name) == (finished_run, "human")
    with pytest.raises(UsageError, match=r"holds 2 systems; say which: .*::constant or .*::human"):
        find_systems([str(finished_run)])
    with pytest.raises(UnknownNameError, match="Did you mean 'human'"):
        find_systems([f"{finished_run}::humn"])


def test_two_systems_of_one_run_are_of_one_record(finished_run):
    first, second = find_systems([f"{finished_run}::human", f"{finished_run}::constant"])
    assert first.plan is second.plan


def test_a_place_that_cannot_be_written_is_said(finished_run, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(MachineError, match=r"cannot write .*file/run\.json"):
        write_run(read_run(finished_run), tmp_path / "file" / "run.json")


def test_a_run_that_is_not_there_is_said(tmp_path):
    with pytest.raises(RunError, match=r"there is no .*x\.json; expected a run's folder, or"):
        find_systems([f"{tmp_path / 'x.json'}::constant"])


def test_a_run_of_an_earlier_version_says_how_to_mend_it(finished_run):
    (finished_run / "statistics.json").unlink()
    with pytest.raises(RunError, match="Make it with `bench rescore"):
        read_run(finished_run)


EDITS = {
    "statistics.json": [
        (lambda content: content.pop("systems"), "missing required field `systems`"),
        (lambda content: content.update(systems=[]), r"systems: expected `object`"),
        (lambda content: content["systems"].update(constant=3), r"constant: expected `object`"),
        (lambda content: content["systems"].pop("human"), "nothing of .human., which the plan"),
        (
            lambda content: content["systems"]["constant"]["clip_ids"].pop(),
            "one row of equal length for each of 11 clips",
        ),
    ],
    "scores.json": [
        (lambda content: content.update(schema="2"), "schema '2'; expected a number"),
        (lambda content: content.pop("schema"), "schema None"),
        (lambda content: content.update(schema=9), "schema 9 is of a later aac-bench"),
        (
            lambda content: content["systems"]["human"]["metrics"]["cider_d"].update(value="much"),
            r"systems\.human\.metrics\.cider_d\.value: expected `float \| null`, got `str`",
        ),
        (
            lambda content: content["systems"]["human"]["metrics"].update(cider_d=[]),
            r"systems\.human\.metrics\.cider_d: expected `object`, got `array`",
        ),
        (
            lambda content: content["systems"]["human"].update(n_scored=1.5),
            r"systems\.human\.n_scored: expected `int`, got `float`",
        ),
    ],
    "manifest.json": [
        (
            lambda content: content["systems"]["human"].update(failure=3),
            r"systems\.human\.failure: expected `str \| null`, got `int`",
        ),
        (
            lambda content: content["systems"]["human"].update(latency={"n_calls": 1}),
            r"systems\.human\.latency.*missing required field",
        ),
        (lambda content: content.update(systems=None), "systems: expected `object`, got `null`"),
    ],
}


@pytest.mark.parametrize(
    ("name", "edit", "message"),
    [(name, edit, message) for name, edits in EDITS.items() for edit, message in edits],
)
def test_an_edited_file_is_refused_with_the_part_what_was_found_and_what_was_expected(
    finished_run, name, edit, message
):
    path = finished_run / name
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))
    with pytest.raises(RunError, match=message) as caught:
        read_run(finished_run)
    assert name in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda record: record.update(schema=9), "schema 9 is of a later aac-bench"),
        (lambda record: record.pop("captions"), "no captions; expected the file of a run"),
        (lambda record: record["statistics"].update(human=3), "statistics, human: expected"),
        (lambda record: record["captions"].update(human={"a": 1}), "captions, human.a: expected"),
        (lambda record: record.update(acceptance={"reason": 1}), "acceptance"),
        (lambda record: record["plan"].pop("systems"), "plan"),
        (lambda record: record.update(plan=[]), "plan: expected `object`, got `array`"),
        (lambda record: record.update(plan=1.5), "plan: expected `object`, got `float`"),
    ],
)
def test_a_file_that_was_changed_is_refused(finished_run, tmp_path, change, message):
    path = tmp_path / "run.json"
    write_run(read_run(finished_run), path)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    with pytest.raises(RunError, match=message):
        read_run(path)


@pytest.mark.parametrize("place", ["a::b", "a::constant", "::", "constant::"])
def test_a_run_whose_path_holds_what_parts_it_from_its_system_is_found(
    finished_run, tmp_path, place
):
    run = shutil.copytree(finished_run, tmp_path / place)
    (system,) = find_systems([f"{run}::constant"])
    assert (system.name, system.path) == ("constant", run)
    with pytest.raises(UsageError, match="human"):  # two systems, none of them named
        find_systems([str(run)])
    with pytest.raises(UnknownNameError, match="b::constant"):
        find_systems([f"{run}::b::constant"])
