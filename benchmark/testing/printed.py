"""What is written to a standard stream meanwhile: by print, to its descriptor, by children."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal, TextIO

from benchmark.errors import shown

StreamName = Literal["stdout", "stderr"]
_DESCRIPTORS: dict[StreamName, int] = {"stdout": 1, "stderr": 2}


@dataclass
class Written:
    """What was written to a stream, and whether another object was put into its place."""

    text: str = ""
    is_replaced: bool = False


@contextmanager
def catch(name: StreamName) -> Iterator[Written]:
    """Keep what is written to a standard stream until the end of the block.

    Where its descriptor is closed, only what goes through ``sys`` is heard.
    """
    written, number = Written(), _DESCRIPTORS[name]
    former: TextIO = getattr(sys, name)
    _flush(former)
    with tempfile.TemporaryFile() as file:
        kept = _point(number, file.fileno())
        own = os.fdopen(os.dup(file.fileno()), "w", encoding="utf-8", errors="backslashreplace")
        setattr(sys, name, own)
        try:
            yield written
        finally:
            written.is_replaced = getattr(sys, name) is not own
            with suppress(ValueError, OSError):  # it may be closed
                own.close()
            _flush(former)
            setattr(sys, name, former)
            if kept is not None:
                os.dup2(kept, number)
                os.close(kept)
            file.seek(0)
            written.text = file.read().decode("utf-8", "replace")


def tell_written(written: Written, stream: str) -> str | None:
    """Say what is wrong with what was written; None where nothing was."""
    if written.is_replaced:
        return (
            f"sys.{stream} is another object than before; expected it as it was. Use "
            "contextlib.redirect_stdout, which puts it back."
        )
    if not written.text:
        return None
    return (
        f"it wrote {shown(written.text)} to {stream}; expected nothing there"
        f"{'' if stream == 'stderr' else ', for what reads the output of a command takes it for'}"
        f"{' with each call' if stream == 'stderr' else ' an answer'}. Use logging, and give a "
        "program that is started a stdout of its own (subprocess.PIPE or DEVNULL)."
    )


def _point(number: int, target: int) -> int | None:
    """Point a descriptor elsewhere; give a copy of what it was, None where it is closed."""
    try:
        kept = os.dup(number)
    except OSError:
        return None
    os.dup2(target, number)
    return kept


def _flush(stream: TextIO) -> None:
    with suppress(AttributeError, ValueError, OSError):  # there may be none, or a closed one
        stream.flush()
