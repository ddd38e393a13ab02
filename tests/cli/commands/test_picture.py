from __future__ import annotations

from click.testing import CliRunner

from benchmark.cli.main import bench as command_line
from benchmark.errors import BenchError


def run(*arguments):
    return CliRunner().invoke(command_line, ["picture", *map(str, arguments)])


def refused(*arguments):
    error = run(*arguments).exception
    assert isinstance(error, BenchError)
    return error.exit_code, str(error)


def test_a_format_that_cannot_be_drawn_is_refused_before_runs_are_read(tmp_path):
    exit_code, message = refused(tmp_path / "absent", "-o", tmp_path / "a.gif")
    assert exit_code == 2
    assert "a.gif" in message
    assert "svg" in message


def test_a_folder_that_is_no_run_is_refused_by_its_name(tmp_path):
    _, message = refused(tmp_path, "-o", tmp_path / "a.svg")
    assert str(tmp_path) in message
    assert list(tmp_path.iterdir()) == []


def test_floors_and_ceilings_alone_are_no_trade_off(finished_run, tmp_path):
    _, message = refused(finished_run, "-o", tmp_path / "a.svg")
    assert "there are floors and ceilings alone" in message
    assert not (tmp_path / "a.svg").exists()


def test_an_unknown_kind_names_those_that_there_are(finished_run, tmp_path):
    done = run(finished_run, "-o", tmp_path / "a.svg", "--kind", "pie")
    assert done.exit_code == 2
    assert "'pareto', 'latency'" in done.output
