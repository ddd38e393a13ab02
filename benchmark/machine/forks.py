"""Copies of this process: whether one works, and strange code's kept from going on as it."""

from __future__ import annotations

import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_STRAY = 70
"""The exit code of a copy that came back."""
_UNSAFE_TO_COPY = ("torch", "tensorflow", "jax", "jpype", "onnxruntime")
"""What starts threads of its own, or holds a device; a copy of a process has neither."""


def can_copy() -> bool:
    """Tell whether a copy of this process works: it has one thread and has loaded nothing heavy."""
    return (
        sys.platform == "linux"
        and threading.active_count() == 1
        and not any(name in sys.modules for name in _UNSAFE_TO_COPY)
    )


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
