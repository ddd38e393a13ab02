"""Processes that strange code forks, kept from going on as the process that they are a copy of."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_STRAY = 70
"""The exit code of a copy that came back."""


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
