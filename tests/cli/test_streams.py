"""What a command prints, into streams that cannot take it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import click
import pytest

from benchmark.cli import main as module
from benchmark.cli.main import main

PRINT = """
import click
from benchmark.cli import main, plugin_commands
plugin_commands.OWN_COMMANDS = main.OWN_COMMANDS = dict(print="Print.")
@click.command()
def command():
    {what}
main._LazyGroup.get_command = lambda self, ctx, name: command
main.main(["print"])
"""


def unignored():
    signal.signal(signal.SIGINT, signal.default_int_handler)


def printing(what, **settings):
    environment = {**os.environ, **settings.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-c", PRINT.format(what=what)],
        env=environment, stderr=subprocess.PIPE, preexec_fn=unignored, **settings,
    )  # fmt: skip


def test_what_the_encoding_lacks_is_spelt_in_plain_characters():
    text = r"click.echo('\u256d\u2500\u256e \u2502 1 \xb1 2 \u2026 \u2603 \xe9')"
    env = {"PYTHONIOENCODING": "latin-1"}
    done = printing(text, env=env, stdout=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode("latin-1") == "+-+ | 1 \xb1 2 ... \\u2603 \xe9\n"


def test_a_full_disk_behind_the_output_is_said_in_a_line():
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = printing("click.echo('a')", stdout=full)
    assert done.returncode == 3
    assert done.stderr == b"bench: error: cannot print: No space left on device.\n"


@pytest.mark.parametrize("words", ["click.echo('a')", "print('a')"])
def test_a_reader_that_is_gone_ends_the_command_without_a_word(words):
    reader, writer = os.pipe()
    os.close(reader)
    done = printing(words, stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_ctrl_c_within_executed_text_has_the_same_exit_code(tmp_path):
    """A module that is run would end by the signal, though it was caught: dataclasses do that."""
    press = "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(9)"
    (tmp_path / "pressing.py").write_text(PRINT.format(what=f"exec({press!r})"))
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "pressing"],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, preexec_fn=unignored,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (130, b"\nInterrupted.\n")


def test_ctrl_c_when_all_is_done_ends_without_a_word():
    late = "import atexit, os, signal; atexit.register(os.kill, os.getpid(), signal.SIGINT)"
    done = printing(f"exec({late!r})", stdout=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (130, b"")


def test_no_output_at_all_is_no_fault():
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m benchmark.cli --version >&-"], capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (PermissionError(13, "Permission denied", "runs/x"), 3,
         "cannot use 'runs/x': Permission denied. Mend that, or name another place; "
         "BENCH_TRACEBACK=1 shows where it was."),
        (OSError(36, "File name too long", "a" * 5000), 2, f"cannot use '{'a' * 200}...': File "
         "name too long. Mend that, or name another place; BENCH_TRACEBACK=1 shows where it was."),
        (OSError(28, "No space left on device"), 3, "this machine refused: OSError: [Errno 28] "
         "No space left on device. Mend that and try again; BENCH_TRACEBACK=1 shows where it was."),
        (MemoryError(), 3, "this machine refused: MemoryError"),
        (click.Abort(), 130, "Interrupted."),
        (KeyboardInterrupt(), 130, "\nInterrupted."),
        (SystemExit(4), 4, ""),
        (SystemExit(), 0, ""),
        (click.exceptions.Exit(5), 5, ""),
        (click.UsageError("no"), 2, "Error: no"),
    ],
)  # fmt: skip
def test_what_a_machine_refuses_is_a_line_and_an_exit_code(monkeypatch, capsys, raised, code, said):
    @click.command()
    def command():
        raise raised

    monkeypatch.setattr(module, "treat_as_interrupts", lambda: None)
    monkeypatch.setattr(module, "leave_with", sys.exit)
    monkeypatch.setattr(module, "spell_what_streams_cannot_hold", lambda: None)
    monkeypatch.setattr(module._LazyGroup, "get_command", lambda *_: command)
    with pytest.raises(SystemExit) as end:
        main(["run"])
    assert end.value.code == code
    assert said in capsys.readouterr().err


def test_the_traceback_of_such_a_fault_is_shown_when_it_is_asked_for():
    what = "open('/nowhere/at/all')"
    done = printing(what, env={"BENCH_TRACEBACK": "1"}, stdout=subprocess.PIPE)
    assert done.returncode == 3
    assert b"Traceback" in done.stderr
    assert b"Traceback" not in printing(what, stdout=subprocess.PIPE).stderr
