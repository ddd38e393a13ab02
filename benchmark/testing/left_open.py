"""What outlives a captioner that is closed: open files, threads, programs that it started."""

from __future__ import annotations

import gc
import stat
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from benchmark.errors import shown

_PATIENCE_S = 0.25
"""For a thread that is about to end."""
_CARETAKERS = (b"resource_tracker", b"multiprocessing.forkserver")
"""Processes of Python's own, which see to what others leave behind."""


class _Descriptor(NamedTuple):
    """What an open descriptor is of."""

    device: int
    inode: int
    mode: int
    target: str

    def is_of(self, other: _Descriptor) -> bool:
        return (self.device, self.inode) == (other.device, other.inode)


class Holdings:
    """What this process has open and what runs in it, when this was made."""

    def __init__(self) -> None:
        self._descriptors = _descriptors()
        self._threads = set(threading.enumerate())
        self._children = set(_children())

    def look(self) -> Iterator[str]:
        """Tell what is there now that was not, and what was closed."""
        gc.collect()  # what nobody can reach is open no more
        yield from self._look_at_threads()
        children = {pid: _read(f"/proc/{pid}/cmdline") for pid in _children()}
        caretakers = {pid for pid, command in children.items() if _is_caretaker(command)}
        for pid in sorted(children.keys() - self._children - caretakers):
            name = children[pid].replace(b"\0", b" ").decode(errors="replace").strip()
            if name:  # one that has ended has none
                yield (
                    f"the program {shown(name)} (process {pid}) that it started is still running; "
                    "expected none after close(). End it there, and wait for it."
                )
        yield from self._look_at_descriptors(caretakers)

    def _look_at_threads(self) -> Iterator[str]:
        for thread in set(threading.enumerate()) - self._threads:
            if type(thread).__module__.startswith("tqdm"):
                continue  # its monitor, one for all bars
            thread.join(_PATIENCE_S)
            if thread.is_alive():
                yield (
                    f"the thread {shown(thread.name)} is still running; expected none after "
                    "close(). End it there: shut executors down, join what was started."
                )

    def _look_at_descriptors(self, caretakers: set[int]) -> Iterator[str]:
        now = _descriptors()
        others = {
            (one.device, one.inode) for pid in caretakers for one in _descriptors(pid).values()
        }
        for number, was in sorted(self._descriptors.items()):
            if stat.S_ISDIR(was.mode):
                continue  # what the bench itself locks, and lets go once it is removed
            if number not in now or not now[number].is_of(was):
                yield (
                    f"descriptor {number} ({shown(was.target)}) is closed or another file; "
                    "expected it as it was. Close only what was opened here."
                )
        for number, one in sorted(now.items()):
            is_new = number not in self._descriptors
            if is_new and _is_own(one) and (one.device, one.inode) not in others:
                yield (
                    f"descriptor {number} is still open, of {shown(one.target)}; expected none "
                    "after close(). Open with `with`, or close it there."
                )


def _is_own(descriptor: _Descriptor) -> bool:
    """Tell whether a descriptor is of a file or a pipe, and of no part of the installation.

    Connections are left out: libraries keep them for the next request.
    """
    if not (stat.S_ISREG(descriptor.mode) or stat.S_ISFIFO(descriptor.mode)):
        return False
    return not descriptor.target.startswith((sys.prefix, sys.base_prefix))


def _descriptors(pid: int | str = "self") -> Mapping[int, _Descriptor]:
    folder = Path(f"/proc/{pid}/fd")
    found = {}
    try:
        paths = list(folder.iterdir())
    except OSError:  # not Linux
        return {}
    for path in paths:
        try:
            state, target = path.stat(), str(path.readlink())
        except OSError:  # the one that listed them
            continue
        found[int(path.name)] = _Descriptor(state.st_dev, state.st_ino, state.st_mode, target)
    return found


def _children() -> Iterator[int]:
    try:
        tasks = list(Path("/proc/self/task").iterdir())
    except OSError:
        return
    for task in tasks:
        yield from map(int, _read(task / "children").split())


def _is_caretaker(command: bytes) -> bool:
    return any(word in command for word in _CARETAKERS)


def _read(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""
