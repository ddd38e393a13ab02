"""One process at a time works on a run: a lock that ends with its process, however that ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmark.errors import RunError
from benchmark.files import writing


@contextmanager
def at_work(path: Path) -> Iterator[None]:
    """Keep other processes from working on a run during the block.

    The lock is on the folder itself (``flock``), so that nothing of it is left behind. A file
    system without locks has none.

    Args:
        path: the run's folder; made where it is not there.

    Raises:
        RunError: another process works on the run.
        MachineError: the folder cannot be made.
    """
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDONLY)
    try:
        _lock(handle, path)
        yield
    finally:
        os.close(handle)


@contextmanager
def steady(path: Path, *, is_changed: bool = False) -> Iterator[None]:
    """Wait while a run's files are being put into place, which takes no time to speak of.

    Args:
        path: the file that stands for all of them.
        is_changed: the block puts them into place; else it reads them.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:  # whoever reads it next says so
        yield
        return
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX if is_changed else fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise RunError(
            f"{path}: another process is at work on this run. Wait until it has ended, or end it; "
            "what it has written stays, and `bench run --resume` goes on from there."
        ) from error
    except OSError:  # a file system without locks
        return
