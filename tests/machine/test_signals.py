"""Signals that ask a process to end: each as Ctrl-C, with an exit code of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from benchmark.machine.signals import (
    Stopped,
    end_process,
    exit_code_of,
    hold_interrupt,
    name_of,
    treat_as_interrupts,
)


def send(*numbers):
    for number in numbers:
        os.kill(os.getpid(), number)
    time.sleep(1)  # which the signal ends


@pytest.fixture(autouse=True)
def usual():
    """Begin with the handlers that an interpreter begins with."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("number", "code", "name"),
    [(signal.SIGTERM, 143, "Ended by SIGTERM"), (signal.SIGHUP, 129, "Ended by SIGHUP")],
)
def test_what_would_kill_is_raised_as_an_interrupt(number, code, name):
    treat_as_interrupts()
    with pytest.raises(KeyboardInterrupt) as raised:
        send(number)
    assert isinstance(raised.value, Stopped)
    assert (exit_code_of(raised.value), name_of(raised.value)) == (code, name)


def test_ctrl_c_stays_what_it_is():
    treat_as_interrupts()
    with pytest.raises(KeyboardInterrupt) as raised:
        send(signal.SIGINT)
    assert type(raised.value) is KeyboardInterrupt
    assert (exit_code_of(raised.value), name_of(raised.value)) == (130, "Interrupted")


def test_what_is_ignored_stays_ignored():
    """As `nohup` has it."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    treat_as_interrupts()
    os.kill(os.getpid(), signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_is_held_is_heeded_later(number):
    treat_as_interrupts()
    with hold_interrupt() as held:
        assert not held.is_set()
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), signal.SIGTERM)  # a batch system asks twice; nobody sits there
        assert held.is_set()
    assert exit_code_of(held.exception()) == 128 + number
    with pytest.raises(KeyboardInterrupt):
        send(signal.SIGTERM)


def test_a_second_ctrl_c_is_not_held():
    with pytest.raises(KeyboardInterrupt), hold_interrupt():
        send(signal.SIGINT, signal.SIGINT)


def test_where_sigterm_kills_it_is_not_held():
    """In a program that uses this package and asked for nothing."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with hold_interrupt():
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


WRITER = """
import signal, sys, time
def keep(*_):
    open(sys.argv[1], "w").write("kept")
    sys.exit()
signal.signal(signal.SIGTERM, {how})
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("how", "code", "kept"), [("keep", 0, True), ("signal.SIG_IGN", -signal.SIGKILL, False)]
)
def test_a_process_that_is_ended_may_keep_what_it_has(tmp_path, how, code, kept):
    program = [sys.executable, "-c", WRITER.format(how=how), str(tmp_path / "kept")]
    with subprocess.Popen(program, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        end_process(process, grace_s=10 if kept else 0.1)
    assert process.returncode == code
    assert (tmp_path / "kept").exists() == kept


STARTING = """
import os, signal, sys
sys.argv[0] = {name!r}
import benchmark.machine.starting
os.kill(os.getpid(), signal.SIGINT)
"""


@pytest.mark.parametrize(
    ("name", "code", "is_quiet"), [("/bin/bench", 130, True), ("mine.py", -2, False)]
)
def test_ctrl_c_ends_the_command_while_it_is_imported_and_no_other_program(name, code, is_quiet):
    done = subprocess.run(
        [sys.executable, "-c", STARTING.format(name=name)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr == "") == (code, is_quiet)
