"""The memory of this process and of the programs that it starts, watched while it works."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmark.machine.facts import peak_rss_mib

EVERY_S = 0.1
"""Between two looks at what was started; what lives less than that can be missed."""


class _Process(NamedTuple):
    """A process that was started, and the most memory that it has held."""

    pid: int
    command: bytes
    peak_mib: float


class PeakMemory:
    """The most memory that was held at one time, as far as it was looked at."""

    def __init__(self) -> None:
        self._copies: set[int] = set()
        self._of_others_mib = 0.0

    @property
    def peak_mib(self) -> float | None:
        """The most that this process has held, and what it started beside it, in MiB.

        Pages that a process shares with a copy of it count for both. None where nobody can tell.
        """
        own_mib = peak_rss_mib()
        return None if own_mib is None else own_mib + self._of_others_mib

    def look(self) -> None:
        """Look at all processes that this one has started, and those these have."""
        total_mib, copies = 0.0, set[int]()
        for process in _descendants(_Process(os.getpid(), _command(os.getpid()), 0.0), copies):
            # A copy of its parent may be about to become another program, and holds for a moment
            # what its parent does: it counts once it stays.
            if process.pid not in copies or process.pid in self._copies:
                total_mib += process.peak_mib
        self._copies = copies
        self._of_others_mib = max(self._of_others_mib, total_mib)


@contextmanager
def watched_memory() -> Iterator[PeakMemory]:
    """Look at what this process starts, again and again while the block runs.

    Where the system has no ``/proc``, only this process is known.
    """
    memory, is_over = PeakMemory(), threading.Event()

    def watch() -> None:
        while not is_over.wait(EVERY_S):
            memory.look()

    thread = threading.Thread(target=watch, name="memory", daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        is_over.set()
        thread.join()


def _descendants(parent: _Process, copies: set[int]) -> Iterator[_Process]:
    """Yield what a process started, and so on; those that are copies of it are noted."""
    for pid in _children(parent.pid):
        peak_mib = _peak_of(pid)
        if peak_mib is None:  # it has just ended
            continue
        child = _Process(pid, _command(pid), peak_mib)
        if child.command == parent.command:
            copies.add(pid)
        yield child
        yield from _descendants(child, copies)


def _children(pid: int) -> Iterator[int]:
    try:
        threads = [path.name for path in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return
    for thread in threads:
        yield from map(int, _read(f"/proc/{pid}/task/{thread}/children").split())


def _peak_of(pid: int) -> float | None:
    for line in _read(f"/proc/{pid}/status").splitlines():
        if line.startswith(b"VmHWM:"):
            return int(line.split()[1]) / 1024
    return None


def _command(pid: int) -> bytes:
    return _read(f"/proc/{pid}/cmdline")


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""
