"""Files that only grow."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from benchmark.files.refusal import CURE, writing
from benchmark.files.whole import sync


def append_lines(path: Path, lines: Sequence[str], cure: str = CURE) -> None:
    """Add lines to a file and wait until the disk has them; its folders are made.

    Lines begin on a line of their own, also where the file's last one was cut short. Where the
    disk fills up, what was written of them is taken back.

    Raises:
        MachineError: the file cannot be written.
    """
    with writing(path, cure):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab", buffering=0) as file:
            is_regular, size = path.is_file(), path.stat().st_size
            try:
                content = "".join(f"{line}\n" for line in lines).encode()
                _write_all(file.fileno(), b"\n" * _is_cut(path, size) + content)
                if is_regular:  # a pipe has no disk to wait for
                    os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    file.truncate(size)
                raise
            if is_regular and not size:  # it may be new: its name is the folder's content
                sync(path.parent)


def _write_all(handle: int, content: bytes) -> None:
    while content:
        content = content[os.write(handle, content) :]


def _is_cut(path: Path, size: int) -> bool:
    if not (size and path.is_file()):
        return False
    with path.open("rb") as file:
        file.seek(size - 1)
        return file.read(1) != b"\n"
