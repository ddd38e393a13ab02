"""Errors about places that cannot be written."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmark.errors import MachineError

CURE = "Free some space, mend the permissions, or name another place with --out."
CACHE_CURE = "Free some space, or name a writable folder with BENCH_CACHE."
DATA_CURE = "Free some space, or name a writable folder with --data-root or BENCH_DATA."
MODELS_CURE = "Free some space, or name a writable folder with BENCH_MODELS."
SCRATCH_CURE = "Free some space, or name a writable folder with TMPDIR."
_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO)


def unwritable(path: Path, error: Exception, cure: str = CURE, *, kind: str = "") -> MachineError:
    """Say that a place cannot be written, why, and what helps.

    Args:
        path: the file or folder as the user knows it.
        error: of the system, or of a library that writes.
        cure: a sentence or two.
        kind: what it is (``"the checkpoint"``), where its path does not say so.
    """
    reason = getattr(error, "strerror", None) or error
    subject = f"{kind} {path}" if kind else path
    return MachineError(f"cannot write {subject}: {reason}. {cure}")


@contextmanager
def writing(
    path: Path, cure: str = CURE, *, kind: str = "", within: Path | None = None
) -> Iterator[None]:
    """Turn the system's errors of a block into one that names what is being written.

    Args:
        path: see ``unwritable``.
        cure: likewise.
        kind: likewise.
        within: only errors of the disk, and of files in this folder: for a block that does
            other things too, such as reading weights or asking a server.

    Raises:
        MachineError: in the place of an ``OSError``.
    """
    try:
        yield
    except OSError as error:
        if within is not None and not _is_about(within, error):
            raise
        raise unwritable(path, error, cure, kind=kind) from error


def _is_about(folder: Path, error: OSError) -> bool:
    """Tell whether an error says that a folder cannot be written."""
    if error.errno in _OF_THE_DISK:
        return True
    name = error.filename
    is_path = isinstance(name, str | bytes | os.PathLike)
    return is_path and Path(os.fsdecode(name)).is_relative_to(folder)
