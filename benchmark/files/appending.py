"""Files that only grow: by whole lines, each on disk before the next."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from benchmark.files.refusal import CURE, writing
from benchmark.files.whole import sync


class GrowingFile:
    """An open file that lines are added to.

    Where the disk fills up, what was written of an addition is taken back. Several processes may
    add to one file at once.
    """

    def __init__(self, path: Path, cure: str = CURE) -> None:
        """Open a file, or begin one; its folder is there.

        Raises:
            MachineError: the file cannot be written.
        """
        self._path, self._cure = path, cure
        with writing(path, cure):
            is_new = not path.exists()
            self._is_regular = is_new or path.is_file()  # else it has no disk to wait for
            self._file = path.open("a+b" if self._is_regular else "ab", buffering=0)
            if is_new:
                sync(path.parent)

    @property
    def n_bytes(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    @property
    def is_cut(self) -> bool:
        """Whether the last line has no end, as a crash leaves it."""
        if not (self._is_regular and self.n_bytes):
            return False
        return os.pread(self._file.fileno(), 1, self.n_bytes - 1) != b"\n"

    def content(self) -> bytes:
        """Read all that the file holds; a device or a pipe holds nothing."""
        if not self._is_regular:
            return b""
        with os.fdopen(os.dup(self._file.fileno()), "rb") as file:
            file.seek(0)
            return file.read()

    def lock(self) -> None:
        """Wait until no other process holds the file, and keep it until it is closed.

        For who adds what depends on what is there. Where the file system knows no locks, nothing
        is waited for.
        """
        with suppress(OSError):
            fcntl.flock(self._file.fileno(), fcntl.LOCK_EX)

    def add(self, lines: bytes) -> None:
        """Write whole lines and wait until the disk has them.

        Raises:
            MachineError: the disk is full or the file cannot be written; what was added before
                is safe.
        """
        with writing(self._path, self._cure):
            before = self.n_bytes
            try:
                left = lines
                while left:
                    left = left[os.write(self._file.fileno(), left) :]
                if self._is_regular:
                    os.fsync(self._file.fileno())
            except OSError:
                with suppress(OSError):
                    self._file.truncate(before)
                raise

    def cut(self, n_bytes: int) -> None:
        """Keep the first bytes alone, where a crash stopped a write after them."""
        with writing(self._path, self._cure):
            self._file.truncate(n_bytes)

    def close(self) -> None:
        self._file.close()


def append_lines(path: Path, lines: Sequence[str], cure: str = CURE) -> None:
    """Add lines to a file, as ``GrowingFile`` does; its folders are made.

    They begin on a line of their own, also where the file's last one was cut short.

    Raises:
        MachineError: the file cannot be written.
    """
    with writing(path, cure):
        path.parent.mkdir(parents=True, exist_ok=True)
    with closing(GrowingFile(path, cure)) as file:
        content = "".join(f"{line}\n" for line in lines).encode()
        file.add(b"\n" * file.is_cut + content)
