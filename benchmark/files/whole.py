"""Files that are there whole or not at all, whenever the process or the machine ends."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from benchmark.files.partial import partial_beside
from benchmark.files.refusal import CURE, writing

if TYPE_CHECKING:
    from numpy.typing import NDArray


@contextmanager
def written_whole(
    path: Path, cure: str = CURE, *, kind: str = "", is_durable: bool = True
) -> Iterator[IO[bytes]]:
    """Give a partial file that takes a name once the block has ended well; its folders are made.

    What lay under the name before lies there until then, and for good where the block raises or
    the process is killed. A link is followed. A device or a pipe is written to as it is.

    Args:
        path: the file.
        cure: for the error; see ``unwritable``.
        kind: likewise.
        is_durable: whether the disk must have the file when this returns. Not needed for what is
            checked whenever it is read, and can be made again.

    Yields:
        The partial file, open for writing and reading; its ``name`` is its path.

    Raises:
        MachineError: the place cannot be written.
    """
    # `Path.exists` raises where a name is too long.
    if os.path.exists(path) and not (path.is_file() or path.is_dir()):  # noqa: PTH110
        with writing(path, cure, kind=kind), path.open("wb") as file:
            yield file
        return
    target = Path(os.path.realpath(path))  # of a pipe it would be a name that nobody can open
    with writing(path, cure, kind=kind):
        target.parent.mkdir(parents=True, exist_ok=True)
    with (
        writing(path, cure, kind=kind, within=target.parent),
        partial_beside(target) as partial,
        open(partial.path, "wb+", opener=lambda *_: os.dup(partial.handle)) as file,
    ):
        yield file
        with writing(path, cure, kind=kind):
            file.flush()
            if is_durable:
                os.fsync(partial.handle)
            partial.path.replace(target)
            if is_durable:
                sync(target.parent)


def write_text(path: Path, text: str, cure: str = CURE) -> None:
    """Write a text and a line's end, as UTF-8; see ``written_whole``."""
    write_bytes(path, f"{text}\n".encode(), cure)


def write_bytes(path: Path, content: bytes, cure: str = CURE) -> None:
    """Write bytes; see ``written_whole``."""
    with written_whole(path, cure) as file:
        file.write(content)


def write_rows(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], cure: str = CURE
) -> None:
    """Write a table as CSV; see ``written_whole``."""
    with written_whole(path, cure) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text)
        writer.writerow(header)
        writer.writerows(rows)
        text.detach()


def save_array(
    path: Path, array: NDArray[Any], cure: str = CURE, *, kind: str = "", is_durable: bool = True
) -> None:
    """Save an array in numpy's format, without pickles; see ``written_whole``."""
    import numpy as np

    with written_whole(path, cure, kind=kind, is_durable=is_durable) as file:
        np.save(file, array, allow_pickle=False)


def move_whole(source: Path, target: Path) -> None:
    """Give a finished file another name on the same disk, once the disk has what it holds.

    Raises:
        OSError: it cannot be moved.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    sync(source)
    source.replace(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Wait until the disk has a file's content, or a folder's names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
