"""Writes a file of embeddings row by row: its size does not matter to memory."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import IO

import numpy as np

from benchmark.embeddings.files import Contents, Rows, begin_checksum
from benchmark.errors import DataError
from benchmark.files import written_whole

_CURE = "Free some space, or name another file with -o; what is embedded is kept."
_ALIGNMENT = 8
_MOST_ROWS = 10**15  # no number in a header is longer than this one


def write_embeddings(
    path: Path, contents: Contents, vectors: Iterable[tuple[str, Rows]]
) -> Contents:
    """Write a file; it has its name once it is whole.

    Args:
        path: overwritten if it exists.
        contents: of the file, should every clip come.
        vectors: clips among ``contents.clip_ids``, each with its ``(n_rows, dim)`` float32.

    Returns:
        The contents with the clips that came, in their order.

    Raises:
        DataError: none came.
        MachineError: the file cannot be written.
    """
    with written_whole(path, _CURE) as file:
        return _write(file, contents, vectors)


def _write(file: IO[bytes], contents: Contents, vectors: Iterable[tuple[str, Rows]]) -> Contents:
    room = len(_header(contents, _MOST_ROWS, "0" * 64))
    room += -room % _ALIGNMENT
    file.seek(_ALIGNMENT + room)
    clip_ids: list[str] = []
    ends = [0]
    for clip_id, rows in vectors:
        file.write(np.ascontiguousarray(rows, dtype="<f4").data)
        clip_ids.append(clip_id)
        ends.append(ends[-1] + len(rows))
    if not clip_ids:
        raise DataError(f"there is no embedding to write for {contents.split}.")
    offsets = np.array(ends, dtype="<i8").tobytes()
    file.write(offsets)
    written = replace(contents, clip_ids=tuple(clip_ids))
    checksum = _checksum(file, _ALIGNMENT + room, written, offsets)
    header = _header(written, ends[-1], checksum).ljust(room)
    file.seek(0)
    file.write(len(header).to_bytes(_ALIGNMENT, "little") + header)
    return written


def _checksum(file: IO[bytes], start: int, contents: Contents, offsets: bytes) -> str:
    """Hash what was written: the offsets, which stand at the end, come first."""
    digest = begin_checksum(contents)
    digest.update(offsets)
    n_left = file.tell() - start - len(offsets)
    file.seek(start)
    while n_left:
        part = file.read(min(n_left, 2**22))
        digest.update(part)
        n_left -= len(part)
    return digest.hexdigest()


def _header(contents: Contents, n_rows: int, checksum: str) -> bytes:
    """Spell the header of safetensors: JSON, which blanks may follow."""
    dim, n_clips = contents.recipe.dim, len(contents.clip_ids)
    end = n_rows * dim * 4
    header = {
        "__metadata__": contents.to_metadata(checksum),
        "rows": {"dtype": "F32", "shape": [n_rows, dim], "data_offsets": [0, end]},
        "offsets": {
            "dtype": "I64",
            "shape": [n_clips + 1],
            "data_offsets": [end, end + 8 * (n_clips + 1)],
        },
    }
    return json.dumps(header, allow_nan=False).encode()
