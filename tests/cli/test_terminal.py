"""What commands print steers no terminal, whoever wrote it."""

from __future__ import annotations

import ast
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from benchmark.cli import terminal
from benchmark.cli.main import bench, main

CLI = Path(terminal.__file__).parent
HOSTILE = "a\x1b]0;title\x07\x9b31m\u202eb\x00\u2028\udcff"
TYPED = HOSTILE.replace("\x00", "")  # no command line holds one
SHOWN = r"a\x1b]0;title\x07\x9b31m\u202eb\x00\u2028\udcff"


def test_commands_print_in_one_place():
    """Held over the source, so that a new command cannot forget it."""
    for path in CLI.rglob("*.py"):
        if path.name == "terminal.py":
            continue
        called = {
            ast.unparse(node.func)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
        }
        assert not called & {"click.echo", "click.secho", "print", "sys.stdout.write"}, path


@pytest.mark.parametrize("err", [False, True])
def test_controls_are_shown_on_both_streams(capsys, err):
    terminal.say(f"{HOSTILE}\nx", err=err)
    streams = capsys.readouterr()
    assert (streams.err if err else streams.out) == f"{SHOWN}\nx\n"


def test_a_name_with_line_breaks_stays_on_its_line(capsys):
    terminal.say_line("a\nb\r\nc")
    assert capsys.readouterr().out == "a\\nb\\r\\nc\n"


def test_no_line_of_a_message_begins_as_one_of_ours(capsys):
    terminal.warn("error: a\nbench: gate passed\n  indented")
    assert capsys.readouterr().err == "bench: error: a\n  bench: gate passed\n  indented\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", r"\u003a:error::x"),
        ("ok\n  ::set-output name=x::1", "ok\n  \\u003a:set-output name=x::1"),
        ("a ##[command]x", r"a \u0023#[command]x"),
        ("a::b # c", "a::b # c"),
    ],
)
def test_no_line_commands_the_server_that_keeps_the_log(capsys, text, shown):
    terminal.say(text)
    assert capsys.readouterr().out == f"{shown}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [TYPED], [f"--{TYPED}"], ["run", f"--{TYPED}"], ["run", "--format", TYPED],
        ["gate", TYPED], ["leaderboard", TYPED], ["systems", TYPED], ["show", TYPED, "x"],
        ["score", TYPED, "--dataset", "x"], ["score", TYPED, "--dataset", TYPED],
        ["run", "--systems", TYPED, "--dataset", "soundscapes:test"],
        ["run", "--systems", "mute", "--dataset", f"folder:{TYPED}"],
        ["caption", TYPED, "--system", TYPED], ["migrate", TYPED], ["record", TYPED],
        ["embed", "--encoder", TYPED, "--dataset", TYPED, "--out", TYPED],
        ["fetch", TYPED], ["data", "verify", TYPED], ["picture", TYPED, "--out", TYPED],
        ["compare", TYPED], ["power", TYPED], ["report", TYPED], ["rescore", TYPED],
        ["plugins", TYPED], ["encoders", TYPED], ["datasets", TYPED], ["gap", TYPED],
        ["meta-eval", TYPED], ["baseline", TYPED], ["profile", "--systems", TYPED],
    ],
    ids=lambda arguments: " ".join(arguments[:2])[:16].encode("unicode_escape").decode(),
)  # fmt: skip
def test_what_was_typed_is_refused_and_shown(arguments, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code in (2, 3)
    streams = capsys.readouterr()
    told = streams.out + streams.err
    assert "Traceback" not in told
    assert told.isprintable() or not set("\x1b\x07\x9b\u202e\u2028\udcff") & set(told)
    assert list(tmp_path.iterdir()) == []


def test_help_is_still_help():
    result = CliRunner().invoke(bench, [])
    assert "Usage: bench" in result.output
    result = CliRunner().invoke(bench, ["show"])
    assert "Usage: bench show" in result.output
    assert "Missing argument" in result.output


def test_an_error_of_a_file_keeps_its_exit_code():
    with pytest.raises(click.ClickException) as told, terminal.tamed_usage():
        raise click.FileError("x\x1b", hint="no\x07")
    assert told.value.exit_code == 1
    assert "\x1b" not in told.value.format_message()
