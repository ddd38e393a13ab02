"""Locks between processes, which end with their process however it ends (``flock``).

Two kinds. Who changes something works ``alone``: the lock is a file beside it, and others wait.
Who uses something holds it (``Hold``): the lock is on the thing itself, many may have it at once,
and what somebody holds is not pruned. On a file system without locks nobody waits, and everything
counts as held.
"""

from __future__ import annotations

import fcntl
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from benchmark.files.telling import tell

_ours: ContextVar[frozenset[Path]] = ContextVar("ours", default=frozenset())


@contextmanager
def alone(target: Path, *, told_as: str = "") -> Iterator[None]:
    """Keep other processes and threads from changing a file or folder during the block.

    Within a block of the same target this does nothing.

    Args:
        target: need not be there; its folder is.
        told_as: what another process may be doing (``"builds PATH"``); where given, a line says
            that it is waited for.

    Raises:
        OSError: the folder cannot be written.
    """
    path = lock_beside(target)
    if path in _ours.get():
        yield
        return
    handle = _acquire(path, told_as)
    token = _ours.set(_ours.get() | {path})
    try:
        yield
    finally:
        _ours.reset(token)
        with suppress(OSError):
            path.unlink()  # before others get the lock: they see that the file is another
        os.close(handle)


def lock_beside(target: Path) -> Path:
    """Name the file that is locked while a target is changed."""
    return target.with_name(f".{target.name}.lock")


class Hold:
    """A use of a file or folder, until it is closed or nobody knows it any more.

    Its time of change becomes now, which says when it was last used; not that of files in a folder.

    Attributes:
        path: what is used.
    """

    def __init__(self, path: Path) -> None:
        """Hold what lies there.

        Raises:
            OSError: nothing does, or it cannot be read.
        """
        self.path = path
        handle = os.open(path, os.O_RDONLY)
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_SH)
        with suppress(OSError):  # another user's, or a disk that cannot be written
            os.utime(handle)
        self._handle = handle
        self._finalize = weakref.finalize(self, os.close, handle)
        if not self.is_current:
            self.close()
            raise FileNotFoundError(2, "it was removed meanwhile", str(path))

    @property
    def is_current(self) -> bool:
        """Whether what lies under the name is still what is held."""
        return self._finalize.alive and _is_at(self.path, self._handle)

    def close(self) -> None:
        """Use it no more."""
        self._finalize()


@contextmanager
def unheld(path: Path) -> Iterator[bool]:
    """Say whether nobody holds a file or folder, and let nobody hold it during the block.

    Yields:
        False also where that cannot be told, and where nothing is there.
    """
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        yield False
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield _is_at(path, handle)
    finally:
        os.close(handle)


def _acquire(path: Path, told_as: str) -> int:
    while True:
        handle = _open(path)
        try:
            _lock(handle, path, told_as)
        except BaseException:
            os.close(handle)
            raise
        if _is_at(path, handle):
            return handle
        os.close(handle)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except PermissionError:  # another user's, in a cache that several share
        with suppress(OSError):
            return os.open(path, os.O_RDONLY)
        raise


def _lock(handle: int, path: Path, told_as: str) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if told_as:
            tell(f"waiting for another process, which {told_as}")
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError:  # a file system without locks: nobody removes the file there either
        return


def _is_at(path: Path, handle: int) -> bool:
    with suppress(OSError):
        return os.path.samestat(os.fstat(handle), path.stat())
    return False
