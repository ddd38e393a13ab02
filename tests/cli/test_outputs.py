"""Every option that names a place to write refuses the same places, before any work."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from benchmark.cli.main import bench as command_line
from benchmark.cli.outputs import Output
from benchmark.errors import UsageError


def walk(group, *names):
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                yield from walk(command, *names, name)
            else:
                yield (*names, name), command


OPTIONS = [(names, option) for names, command in walk(command_line) for option in command.params]
OUTPUTS = [
    pytest.param(names, option, id=" ".join([*names, option.opts[-1]]))
    for names, option in OPTIONS
    if isinstance(option.type, Output)
]


def refusal(names, option, path):
    result = CliRunner().invoke(command_line, [*names, option.opts[-1], str(path)])
    assert isinstance(result.exception, UsageError)
    assert result.exception.exit_code == 2
    return str(result.exception)


def test_whatever_is_called_out_is_a_place_to_write():
    assert len(OUTPUTS) >= 15
    for names, option in OPTIONS:
        if {"-o", "--out", "--junit", "--to"} & set(option.opts):
            assert isinstance(option.type, Output), (names, option.opts)


@pytest.mark.parametrize(("names", "option"), OUTPUTS)
def test_a_path_that_leads_through_a_file_is_refused(names, option, tmp_path):
    (tmp_path / "file").write_text("kept")
    for path in (tmp_path / "file" / "out.json", tmp_path / "file" / "deep" / "out.json"):
        message = refusal(names, option, path)
        assert message.startswith(f"cannot write {path}: {tmp_path / 'file'} is no folder.")
        assert message.endswith(f"Name another place with {option.opts[-1]}.")
    assert (tmp_path / "file").read_text() == "kept"


FOLDER_MUST_BE_THERE = ["picture", "gap", "profile", "embed", "build-mini"]


@pytest.mark.parametrize(
    ("names", "option"), [param for param in OUTPUTS if param.values[0][-1] in FOLDER_MUST_BE_THERE]
)
def test_a_mistyped_folder_is_refused_by_its_name(names, option, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    message = refusal(names, option, Path("nowhere", "out.svg"))
    assert message.startswith(
        "cannot write nowhere/out.svg: there is no folder nowhere. Make it, or"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["x" * 255, "雨 \n*.json", "-"])
def test_a_place_that_can_be_written_is_taken_as_it_is(tmp_path, name):
    output = Output(is_file=True, makes_folders=False)
    assert output.convert(str(tmp_path / name), None, None) == tmp_path / name
    makes = Output(is_file=False, makes_folders=True)
    assert makes.convert(str(tmp_path / "a" / "b" / name), None, None) == tmp_path / "a/b" / name
    assert list(tmp_path.iterdir()) == []


def test_a_link_that_leads_nowhere_is_no_folder(tmp_path):
    (tmp_path / "link").symlink_to("absent")
    with pytest.raises(UsageError, match=r"link is no folder\."):
        Output(is_file=True, makes_folders=True).convert(str(tmp_path / "link" / "x"), None, None)


def test_the_command_says_it_on_one_line(bench, tmp_path):
    done = bench("picture", tmp_path, "-o", "nowhere/a.png")
    assert done.returncode == 2
    assert done.stderr == (
        "bench: error: cannot write nowhere/a.png: there is no folder nowhere. Make it, or name "
        "another place with --out.\n"
    )
