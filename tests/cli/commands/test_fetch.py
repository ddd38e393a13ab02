"""What is fetched by name, from files of this machine, and what each wrong call is told."""

from __future__ import annotations

import hashlib
import json

import pytest
from click.testing import CliRunner
from file_server import serving
from parser_jars import CODE_JAR, MODELS_JAR, parser_jars
from shared_data import shared_path

from benchmark.cli.main import bench as command_line


@pytest.fixture(autouse=True)
def place(monkeypatch, tmp_path):
    """A machine that has nothing yet."""
    monkeypatch.delenv("BENCH_SPICE_JARS", raising=False)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(command_line, list(map(str, arguments)))


def listed(name):
    rows = json.loads(run("fetch", "--list", "--format", "json").stdout)["fetchable"]
    return next(row for row in rows if row["name"] == name)


def test_spice_is_fetched_from_a_folder_and_listed_with_its_size(place):
    assert listed("spice")["here"] == "no"
    done = run("fetch", "spice", "--from", parser_jars())
    assert done.exit_code == 0
    folder = place / "models" / "spice"
    assert done.stdout.split() == [str(folder / CODE_JAR), str(folder / MODELS_JAR)]
    row = listed("spice")
    assert (row["here"], row["where"]) == ("yes", str(folder))
    assert row["bytes_here"] == sum((folder / jar).stat().st_size for jar in (CODE_JAR, MODELS_JAR))
    again = run("fetch", "spice")
    assert again.stdout.startswith("SPICE's parser is here already:\n")


def test_captions_are_fetched_from_a_folder_and_checked(place):
    done = run("fetch", "audiocaps", "--from", shared_path("data/audiocaps"))
    assert done.exit_code == 0
    folder = place / "data" / "audiocaps"
    assert done.stdout.split() == [str(folder / f"{name}.csv") for name in ("train", "val", "test")]
    row = listed("audiocaps")
    assert (row["here"], row["where"]) == ("yes", f"{folder} (3 of 3 captions files)")
    verified = run("data", "verify", "audiocaps:test", "--json")
    assert json.loads(verified.stdout)["expected"] == 975


def test_captions_that_were_changed_are_not_taken(tmp_path):
    content = shared_path("data/audiocaps/train.csv").read_bytes() + b"\n"
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "train.csv").write_bytes(content)
    done = run("fetch", "audiocaps", "--from", tmp_path / "given")
    assert done.exception.exit_code == 2
    assert f"found sha256 {hashlib.sha256(content).hexdigest()}" in str(done.exception)
    assert listed("audiocaps")["here"] == "no"


def test_a_folder_without_the_files_is_told_and_nothing_is_downloaded_instead(tmp_path):
    (tmp_path / "given").mkdir()
    done = run("fetch", "audiocaps", "--from", tmp_path / "given")
    assert done.exception.exit_code == 2
    assert f"no train.csv in {tmp_path / 'given'}" in str(done.exception)


def test_what_cannot_be_reached_ends_with_3_and_says_what_to_do_by_hand():
    with serving({}) as server:
        url = server.url("corenlp.zip")
    done = run("fetch", "spice", "--from", url)
    assert done.exception.exit_code == 3
    assert f"cannot reach {url}" in str(done.exception)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "name what to fetch: spice"),
        (["spise"], "Did you mean 'spice'?"),
        (["soundscapes"], "soundscapes cannot be fetched. Nothing to get"),
        (["clotho", "--allow-other-sums"], "--allow-other-sums is for spice, not for clotho."),
        (["spice", "--sounds"], "--sounds is for clotho, clotho@2.0, clotho@1.0, not for spice."),
        (["spice", "clotho", "--from", "x"], "--from is of one thing"),
        (["spice", "--from", "/nowhere/x.zip"], "--from /nowhere/x.zip is not there"),
        (["clotho", "--from", "/nowhere"], "--from /nowhere is not there"),
        (["clotho", "--from", "https://x.org/a.csv"], "of clotho takes files and folders"),
    ],
)
def test_a_call_that_cannot_be_meant_is_told_what_can(arguments, told):
    done = run("fetch", *arguments)
    assert done.exception.exit_code == 2
    assert told in str(done.exception)
    assert done.stdout == ""
