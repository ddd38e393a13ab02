"""Runs as they are read again: from a folder, from one file."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmark.errors import MachineError, RunError, UnknownNameError, UsageError
from benchmark.runs.record import find_system, read_record, write_record


def test_a_file_holds_all_that_the_folder_holds(finished_run, tmp_path):
    record = read_record(finished_run)
    write_record(record, tmp_path / "kept" / "run.json")
    again = read_record(tmp_path / "kept" / "run.json")
    assert again.plan == record.plan
    assert again.manifest == record.manifest
    assert again.scores == record.scores
    assert again.captions == record.captions
    assert len(again.captions["constant"]) == 12
    for name, statistics in record.statistics.items():
        for key in ("bleu_2", "cider_d"):
            ours, theirs = statistics.sample(key), again.statistics[name].sample(key)
            np.testing.assert_array_equal(ours.statistics, theirs.statistics)
            value = record.scores["systems"][name]["metrics"][key]["value"]
            assert theirs.value == pytest.approx(value, abs=1e-12)


def test_a_table_of_the_file_is_the_table_of_the_folder(bench, finished_run, tmp_path):
    write_record(read_record(finished_run), tmp_path / "run.json")
    tables = [
        bench("leaderboard", path, "--format", "md")
        for path in (finished_run, tmp_path / "run.json")
    ]
    assert tables[0].returncode == 0, tables[0].stderr
    assert tables[0].stdout == tables[1].stdout


def test_a_system_is_named_by_run_and_name(finished_run):
    record, name = find_system(f"{finished_run}::human")
    assert (record.path, name) == (finished_run, "human")
    with pytest.raises(UsageError, match=r"holds 2 systems; say which: .*::constant or .*::human"):
        find_system(str(finished_run))
    with pytest.raises(UnknownNameError, match="Did you mean 'human'"):
        find_system(f"{finished_run}::humn")


def test_a_place_that_cannot_be_written_is_said(finished_run, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(MachineError, match=r"cannot write .*file/run\.json"):
        write_record(read_record(finished_run), tmp_path / "file" / "run.json")


@pytest.mark.parametrize("text", ["{}", '{"systems": {"constant": 3}}', '{"systems": []}'])
def test_statistics_that_were_edited_are_refused(finished_run, text):
    (finished_run / "statistics.json").write_text(text)
    with pytest.raises(RunError, match=r"statistics\.json: not a run's statistics .*bench rescore"):
        read_record(finished_run)


def test_a_run_that_is_not_there_is_said(tmp_path):
    with pytest.raises(RunError, match=r"there is no .*x\.json; expected a run's folder, or"):
        find_system(f"{tmp_path / 'x.json'}::constant")


def test_a_run_of_an_earlier_version_says_how_to_mend_it(finished_run):
    (finished_run / "statistics.json").unlink()
    with pytest.raises(RunError, match="Make it with `bench rescore"):
        read_record(finished_run)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda record: record.update(schema=9), "schema 9; this aac-bench reads run files of 1"),
        (lambda record: record.pop("captions"), "not a run's file"),
        (lambda record: record["statistics"].update(human=3), "not a run's file"),
    ],
)
def test_a_file_that_was_changed_is_refused(finished_run, tmp_path, change, message):
    path = tmp_path / "run.json"
    write_record(read_record(finished_run), path)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    with pytest.raises(RunError, match=message):
        read_record(path)
