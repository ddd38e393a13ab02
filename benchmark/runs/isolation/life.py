"""How the process of a system begins and ends: what it has of the bench's process, and what not."""

from __future__ import annotations

import atexit
import faulthandler
import os
import signal
import sys
import weakref
from contextlib import suppress
from typing import Any, NoReturn

from benchmark.machine.descriptors import flush_streams
from benchmark.machine.signals import treat_as_interrupts

_PR_SET_PDEATHSIG = 1


def begin_life(parent_pid: int, *, is_forked: bool) -> None:
    """Set this process apart from the one that started it.

    Both have standard error in common. Standard output is standard error here, too, and there is
    nothing to read. The first signal to interrupt or to terminate raises ``KeyboardInterrupt``.
    Where the other process dies, this one does.

    Args:
        parent_pid: the other process.
        is_forked: this one is a copy of it.
    """
    if is_forked:
        with suppress(OSError):  # the parent did it
            os.setpgid(0, 0)
        _forget_inherited_endings()
    _die_with(parent_pid)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    signal.signal(signal.SIGINT, signal.default_int_handler)
    treat_as_interrupts()
    with suppress(OSError):  # no standard error
        faulthandler.enable(2)


def end_life(code: int) -> NoReturn:
    """End this process as an interpreter does, but wait for no thread."""
    try:
        atexit._run_exitfuncs()  # temporary folders of the system's are removed by these
        flush_streams()
    finally:
        os._exit(code)


def _die_with(parent_pid: int) -> None:
    """Have the system kill this process when the other one is gone; Linux alone can."""
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(1)


def _forget_inherited_endings() -> None:
    """Leave to the parent what it does when it ends: its temporary folders are not ours."""
    atexit._clear()
    finalizers: Any = weakref.finalize  # its registry has no public name
    for finalizer in list(finalizers._registry):
        finalizer.detach()
    finalizers._registered_with_atexit = False
