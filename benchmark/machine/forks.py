"""Copies of this process: whether one works, and strange code's kept from going on as it."""

from __future__ import annotations

import importlib
import os
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_STRAY = 70
"""The exit code of a copy that came back."""
_UNSAFE_TO_COPY = ("torch", "tensorflow", "jax", "jpype", "onnxruntime")
"""What starts threads of its own, or holds a device; a copy of a process has neither."""


class _Ahead:
    """What this process imported for its copies, and used in no way.

    Attributes:
        modules: their names, as they were asked for.
        n_threads: of the system's, once they were imported.
    """

    modules: tuple[str, ...] = ()
    n_threads = 0


def import_ahead(modules: Sequence[str]) -> None:
    """Import what copies of this process will need, so that each need not do so.

    Once such modules are here, only copies for which the same are named work; see ``can_copy``.
    Where one cannot be imported it is left to the copies, which say so.

    Args:
        modules: of libraries, as ``("torch",)``.
    """
    if not modules or not can_copy():
        return
    with suppress(Exception):
        for name in modules:
            importlib.import_module(name)
    _Ahead.modules, _Ahead.n_threads = tuple(modules), _count_threads()


def can_copy(modules: Sequence[str] = ()) -> bool:
    """Tell whether a copy of this process works: it has one thread and has loaded nothing heavy.

    Args:
        modules: what the copy will import itself. Where just these were imported ahead, and
            nothing has computed with them, they are no reason against it.
    """
    if sys.platform != "linux" or threading.active_count() > 1:
        return False
    if not any(name in sys.modules for name in _UNSAFE_TO_COPY):
        return True
    is_ahead = bool(_Ahead.modules) and tuple(modules) == _Ahead.modules
    return is_ahead and _count_threads() <= _Ahead.n_threads


def _count_threads() -> int:
    """Count the threads that the system knows, those of compiled libraries among them."""
    return len(list(Path("/proc/self/task").iterdir()))


def fork_quietly() -> int:
    """Fork this process where ``can_copy`` holds; returns what ``os.fork`` does."""
    with warnings.catch_warnings():
        # OpenBLAS has threads, which it ends before a fork and starts again.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


@dataclass(frozen=True, slots=True)
class ThisProcess:
    """The process that made this object, told from copies of it."""

    pid: int = field(default_factory=os.getpid)

    def require(self) -> None:
        """End the process at once if it is a forked copy: no block is left, nothing is written."""
        if os.getpid() != self.pid:
            os._exit(_STRAY)


@contextmanager
def ending_forks() -> Iterator[ThisProcess]:
    """Let no process that the block forks get out of it, neither by returning nor by raising."""
    this = ThisProcess()
    try:
        yield this
    finally:
        this.require()
