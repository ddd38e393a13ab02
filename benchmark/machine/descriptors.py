"""Standard output kept for what the bench itself prints."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_OUT, _ERR = 1, 2


def flush_streams() -> None:
    """Write out what standard output and standard error hold back; closed ones are passed over."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError, OSError):  # there may be none
            stream.flush()


@contextmanager
def stdout_to_stderr() -> Iterator[None]:
    """Send what is written to standard output meanwhile to standard error.

    That holds for ``print``, for what writes to the descriptor, and for processes that are started
    within the block. Where there is no standard output, nothing is done.
    """
    flush_streams()
    try:
        kept = os.dup(_OUT)
    except OSError:
        yield
        return
    stdout = sys.stdout
    try:
        os.dup2(_ERR, _OUT)
        sys.stdout = sys.stderr
        yield
    finally:
        flush_streams()
        sys.stdout = stdout
        os.dup2(kept, _OUT)
        os.close(kept)
