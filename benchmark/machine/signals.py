"""Signals that end a process: all of them as Ctrl-C does, with what is begun kept.

SIGTERM is what batch systems, containers and ``kill`` send before they lose patience, SIGHUP comes
when a terminal is closed.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from benchmark.machine.starting import leave_at_once

_ASKING = (signal.SIGTERM, signal.SIGHUP)
_GRACE_S = 30.0
"""For a process to write what it has; batch systems wait as long before they kill."""


class Stopped(KeyboardInterrupt):
    """The process was asked to end, not by Ctrl-C.

    Attributes:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class HeldInterrupt:
    """Whether the process was asked to end while that was held back.

    Attributes:
        number: of the first signal that did; None so far.
    """

    number: int | None = None

    def is_set(self) -> bool:
        return self.number is not None

    def exception(self) -> KeyboardInterrupt:
        """Make the exception that the signal would have raised."""
        return _interrupt_of(self.number)


class _End:
    """How the process ends once all else that is to be done at its end is done."""

    code: int | None = None

    def leave(self) -> None:
        if self.code is not None:
            os._exit(self.code)


_END = _End()


def treat_as_interrupts() -> None:
    """Raise ``KeyboardInterrupt`` at Ctrl-C, and ``Stopped`` where SIGTERM or SIGHUP would kill.

    What is ignored stays so, as ``nohup`` has it. To be called once, in the main thread.
    """
    atexit.register(_END.leave)  # what is registered first is called last
    if signal.getsignal(signal.SIGINT) is leave_at_once:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in _ASKING:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _stop)


def leave_with(code: int) -> NoReturn:
    """End the process; a signal in its last moments ends it at once.

    An interrupt within text that is executed, as dataclasses do it, makes a module that is run
    end itself by that signal at the very last, though it was caught: so nothing is left to it.
    """
    for number in (signal.SIGINT, *_ASKING):
        if signal.getsignal(number) in (signal.default_int_handler, _stop):
            signal.signal(number, leave_at_once)
    if code == 128 + signal.SIGINT:
        _END.code = code
    sys.exit(code)


def exit_code_of(interrupt: BaseException | None) -> int:
    """Tell the exit code that a shell gives a process which a signal ended: 130, 143 or 129."""
    return 128 + (interrupt.number if isinstance(interrupt, Stopped) else signal.SIGINT)


def name_of(interrupt: BaseException | None) -> str:
    """Say what happened: ``Interrupted``, or ``Ended by SIGTERM``."""
    if isinstance(interrupt, Stopped):
        return f"Ended by {signal.Signals(interrupt.number).name}"
    return "Interrupted"


@contextmanager
def hold_interrupt() -> Iterator[HeldInterrupt]:
    """Note the signal that asks to end, for a moment of one's own choice to heed it.

    A second Ctrl-C is raised at once, as ever: somebody sits there. Nothing is held where a
    signal would not raise: in other threads than the main one, and where somebody else handles
    it.
    """
    held = HeldInterrupt()

    def note(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT and held.is_set():
            signal.default_int_handler(number, frame)
        held.number = held.number or number

    former = {}
    if threading.current_thread() is threading.main_thread():
        usual = {signal.SIGINT: signal.default_int_handler, **dict.fromkeys(_ASKING, _stop)}
        former = {number: raises for number, raises in usual.items()
                  if signal.getsignal(number) is raises}  # fmt: skip
    for number in former:
        signal.signal(number, note)
    try:
        yield held
    finally:
        for number, raises in former.items():
            signal.signal(number, raises)


def end_process(process: subprocess.Popen[bytes], grace_s: float = _GRACE_S) -> None:
    """Ask a process to end, wait while it writes what it has, then kill it.

    What is raised meanwhile, as by a second Ctrl-C, ends the waiting.
    """
    try:
        process.terminate()
        process.wait(timeout=grace_s)
    except subprocess.TimeoutExpired:
        pass
    finally:
        process.kill()
        process.wait()


def _stop(number: int, _: FrameType | None) -> None:
    raise Stopped(number)


def _interrupt_of(number: int | None) -> KeyboardInterrupt:
    return KeyboardInterrupt() if number in (None, signal.SIGINT) else Stopped(number)
