"""Files read whole: what is no file is refused, not waited for, and so is what no memory holds."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MOST_BYTES = 1 << 31
"""Of a text that is read whole: far more than the largest run or captions file has."""


def read_regular(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Read a file whole; a pipe, a device or a socket would keep its reader waiting for ever.

    Raises:
        OSError: it is no file, larger than ``most_bytes``, or cannot be read; ``strerror`` says
            which.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError as error:  # a NUL in the name
        raise OSError(errno.EINVAL, str(error), str(path)) from error
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise _no_file(path, "a socket or a device") from error
        raise
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(handle)
        if stat.S_ISDIR(facts.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(facts.st_mode):
            kind = "a pipe" if stat.S_ISFIFO(facts.st_mode) else "a device"
            raise _no_file(path, kind)
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, f"it has more than {most_bytes:,} bytes", str(path))
    return content


def _no_file(path: Path, kind: str) -> OSError:
    return OSError(errno.EINVAL, f"it is {kind}, not a file; write its content into one", str(path))
