from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmark.cli.main import bench as command_line
from benchmark.errors import RunError

OLD = Path(__file__).parents[2] / "data" / "schema_1"


def run(*arguments):
    return CliRunner().invoke(command_line, ["migrate", *map(str, arguments)])


@pytest.mark.parametrize("name", ["run", "baseline.json"])
def test_what_was_rewritten_is_told_once_and_then_of_this_version(tmp_path, name):
    path = tmp_path / name
    (shutil.copytree if (OLD / name).is_dir() else shutil.copyfile)(OLD / name, path)
    assert run(path).stdout == f"{path}: rewritten\n"
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert run(path).stdout == f"{path}: of this version already\n"
    assert {file: file.read_bytes() for file in before} == before


def test_a_folder_of_seeds_is_rewritten_run_by_run(tmp_path):
    shutil.copytree(OLD / "seeds", tmp_path / "seeds")
    lines = run(tmp_path / "seeds").stdout.splitlines()
    assert len(lines) == len(list((OLD / "seeds").iterdir()))
    assert all(line.endswith(": rewritten") for line in lines)


def test_what_is_no_run_is_refused_by_its_name(tmp_path):
    done = run(tmp_path)
    assert isinstance(done.exception, RunError)
    assert str(tmp_path) in str(done.exception)


def test_it_needs_a_run():
    done = run()
    assert done.exit_code == 2
    assert "Missing argument 'RUNS...'" in done.output
