"""Partial files and folders: hidden beside their target, and locked while their writer lives.

The lock is what tells a partial file that another process is writing from one that a killed
process left behind: the next writer of the same target removes the latter.
"""

from __future__ import annotations

import atexit
import fcntl
import functools
import glob
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from benchmark.files.refusal import SCRATCH_CURE, writing

_MOST_NAME_CHARS = 50
"""Of the target's name in a partial one: names end at 255 bytes, a character has up to 4."""
_LEFT_OVER = re.compile(r"\..+-[0-9a-f]{8}\.partial|\..+\.lock")
_PRIVATE = 0o700


class Partial(NamedTuple):
    """What becomes a file or folder once it is whole.

    Attributes:
        path: beside the target.
        handle: open on it, for a file to be written to; it holds the lock.
    """

    path: Path
    handle: int


@contextmanager
def partial_beside(target: Path, *, is_folder: bool = False) -> Iterator[Partial]:
    """Make a partial file or folder; it is gone after the block unless it was renamed.

    Raises:
        OSError: it cannot be made, for one thing where the target's folder is not there.
    """
    _remove_abandoned(target)
    partial = _claim(target, is_folder=is_folder)
    try:
        yield partial
    finally:
        _remove(partial.path)
        os.close(partial.handle)


@contextmanager
def scratch_folder(name: str) -> Iterator[Path]:
    """Give an empty folder among the system's temporary ones, for this user, gone after the block.

    What a killed process left of that name goes first.

    Args:
        name: what it is for (``"bench-meteor"``).

    Raises:
        MachineError: it cannot be made.
    """
    target = Path(tempfile.gettempdir(), name)
    with writing(target.parent, SCRATCH_CURE):
        _remove_abandoned(target)
        partial = _claim(target, is_folder=True, mode=_PRIVATE)
    try:
        yield partial.path
    finally:
        _remove(partial.path)
        os.close(partial.handle)


@functools.cache
def scratch_of_process() -> Path:
    """Give an empty folder among the system's temporary ones, the same each time, gone at the end.

    Raises:
        MachineError: it cannot be made.
    """
    target, pid = Path(tempfile.gettempdir(), "bench-scratch"), os.getpid()
    with writing(target.parent, SCRATCH_CURE):
        partial = _claim(target, is_folder=True, mode=_PRIVATE)

    @atexit.register
    def remove() -> None:
        if os.getpid() == pid:  # a copy of this process that ends takes nothing away
            _remove(partial.path)

    return partial.path


def find_abandoned(folder: Path, *, prefix: str = "") -> list[Path]:
    """List partial files and folders, and locks, whose process is gone.

    Args:
        folder: looked into, not what lies deeper.
        prefix: with which their targets' names begin.
    """
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.startswith(f".{prefix}")]
    except OSError:
        return []
    paths = [folder / name for name in sorted(names) if _LEFT_OVER.fullmatch(name)]
    return [path for path in paths if _is_abandoned(path)]


def remove_abandoned(path: Path) -> bool:
    """Remove what a killed process left; False where a process holds it, or it cannot go."""
    return _is_abandoned(path, removes=True) and not os.path.lexists(path)


def _claim(target: Path, *, is_folder: bool, mode: int = 0o777) -> Partial:
    while True:
        path = target.parent / f"{_prefix(target)}{secrets.token_hex(4)}.partial"
        with suppress(FileExistsError):
            partial = _make(path, is_folder=is_folder, mode=mode)
            if _is_ours(partial):
                return partial
            os.close(partial.handle)


def _make(path: Path, *, is_folder: bool, mode: int) -> Partial:
    if not is_folder:
        return Partial(path, os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666))
    path.mkdir(mode)
    return Partial(path, os.open(path, os.O_RDONLY))


def _is_ours(partial: Partial) -> bool:
    """Lock what was just made; False where another writer took it for abandoned meanwhile."""
    try:
        fcntl.flock(partial.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: nobody can remove it there either
        pass
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(partial.handle), partial.path.stat())
    return False


def _remove_abandoned(target: Path) -> None:
    pattern = f"{glob.escape(_prefix(target))}{'[0-9a-f]' * 8}.partial"
    for path in target.parent.glob(pattern):
        remove_abandoned(path)


def _is_abandoned(path: Path, *, removes: bool = False) -> bool:
    """Tell whether nobody locks a file or folder, and remove it as long as nobody can."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:  # another process removed it first, or it is another user's
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if removes:
            _remove(path)
    except OSError:  # its writer lives, or the file system has no locks
        return False
    finally:
        os.close(handle)
    return True


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _prefix(target: Path) -> str:
    return f".{target.name[:_MOST_NAME_CHARS]}-"
