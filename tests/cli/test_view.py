"""How wide the terminal is, and whether it shows tones."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import sys
import termios
from contextlib import contextmanager

import click
import pytest
from click.testing import CliRunner

from benchmark.cli.terminal import say_tables
from benchmark.cli.view import find_view, wide_option


@contextmanager
def terminal(monkeypatch):
    """Put a terminal of 72 columns in the place of the output; gives what reads from it."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 72, 0, 0))
    for name in ("NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    with os.fdopen(theirs, "w") as output:
        monkeypatch.setattr(sys, "stdout", output)
        yield lambda: os.read(ours, 1000).decode()
        monkeypatch.undo()
    os.close(ours)


def test_a_terminal_says_how_wide_it_is_and_shows_tones(monkeypatch):
    with terminal(monkeypatch) as read:
        view = find_view()
        say_tables(view.paint("good", "good") + "\x1b[2J")
        sys.stdout.flush()
        seen = read()
    assert (view.width, view.is_painted) == (72, True)
    assert seen == "\x1b[32mgood\x1b[0m\\x1b[2J\r\n"


@pytest.mark.parametrize("settings", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_tones_can_be_switched_off(monkeypatch, settings):
    with terminal(monkeypatch):
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        view = find_view()
    assert (view.width, view.is_painted) == (72, False)


@pytest.mark.parametrize(
    ("columns", "width"),
    [("90", 90), ("20", 60), ("0", 100), ("wide", 100), ("", 100), ("-5", 100), ("٣", 100)],
)
def test_columns_say_how_wide_what_is_no_terminal_is(monkeypatch, capsys, columns, width):
    monkeypatch.setenv("COLUMNS", columns)
    view = find_view()
    assert (view.width, view.is_painted) == (width, False)


def test_columns_are_heeded_on_a_terminal_too(monkeypatch):
    with terminal(monkeypatch):
        monkeypatch.setenv("COLUMNS", "111")
        assert find_view().width == 111


def test_wide_is_of_the_command_that_was_given_it():
    @click.command()
    @wide_option
    def command() -> None:
        click.echo(str(find_view().width))

    assert CliRunner().invoke(command, ["--wide"]).output == "None\n"
    assert CliRunner().invoke(command, []).output == "100\n"
