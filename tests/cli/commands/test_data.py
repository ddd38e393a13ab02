from __future__ import annotations

import json

from click.testing import CliRunner

from benchmark.cli.commands.data import command as data
from benchmark.cli.commands.fetch import command as fetch
from benchmark.cli.main import bench as command_line
from benchmark.datasets.catalogue import DATASETS
from benchmark.errors import BenchError


def run(*arguments):
    return CliRunner().invoke(command_line, list(map(str, arguments)))


def test_verify_says_what_a_folder_holds(clips_folder):
    done = run("data", "verify", f"folder:{clips_folder}:test")
    assert done.exit_code == 0
    assert f"folder:{clips_folder}:test" in done.stdout
    facts = json.loads(run("data", "verify", f"folder:{clips_folder}:test", "--json").stdout)
    assert (facts["expected"], facts["present"]) == (12, 12)
    assert "sounds" not in facts


def test_missing_sounds_are_counted_and_no_failure(clips_folder):
    (clips_folder / "test-03.wav").unlink()
    done = run("data", "verify", f"folder:{clips_folder}:test", "--sounds", "--json")
    assert done.exit_code == 0
    facts = json.loads(done.stdout)
    assert (facts["present"], facts["first_missing"]) == (11, ["test-03.wav"])


def test_a_broken_sound_is_named_and_ends_with_1_only_where_sounds_are_decoded(clips_folder):
    (clips_folder / "test-03.wav").write_bytes(b"no sound")
    label = f"folder:{clips_folder}:test"
    assert run("data", "verify", label).exit_code == 0
    for form in ("text", "json", "md"):
        done = run("data", "verify", label, "--sounds", "--format", form)
        assert done.exit_code == 1
        assert "test-03.wav" in done.stdout


def test_an_unknown_data_set_is_refused_with_the_nearest(tmp_path):
    for command in ("verify", "fetch"):
        done = run("data", command, "cloto", "--data-root", tmp_path)
        assert isinstance(done.exception, BenchError)
        assert done.exception.exit_code == 2
        assert "clotho" in str(done.exception)


def test_data_sets_are_listed_with_the_folder_that_they_go_to(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    shown = run("datasets").stdout
    assert shown.endswith(f"Data root: {tmp_path} (change it with --data-root or BENCH_DATA)\n")
    for spec in DATASETS.values():
        assert f"\n  licence  {spec.licence}\n" in shown
        assert f"{spec.default_split} (default)" in shown
    rows = json.loads(run("datasets", "--format", "json").stdout)["datasets"]
    assert [row["data set"] for row in rows] == list(DATASETS)


def test_fetching_a_data_set_is_the_one_command_under_two_names():
    assert data.commands["fetch"] is fetch
