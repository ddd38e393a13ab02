"""The command's own output: what its encoding cannot hold is spelt, a full disk or pipe is told."""

from __future__ import annotations

import codecs
import io
import os
import sys
import traceback
from contextlib import suppress

import click

CLOSED = 141
"""What a shell says of a program that SIGPIPE ended, as `| head` does it."""

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("─━═", "-"),
        **dict.fromkeys("│┃║", "|"),
        **dict.fromkeys("╭╮╰╯├┤┬┴┼┌┐└┘╒╕╘╛╞╡╤╧╪", "+"),
        "…": "...",
        "±": "+-",
        "†": "+",
        "→": "->",
        "·": "-",
    }
)
_ERRORS = "benchmark.plain"


def spell_what_streams_cannot_hold() -> None:
    """Write characters that the terminal's encoding lacks in plain ones, or by their numbers."""
    codecs.register_error(_ERRORS, _spell)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ERRORS)


def is_of_printing(error: OSError) -> bool:
    """Tell whether an error says that nothing can be printed, as on a full disk."""
    frames = [frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)]
    return error.filename is None and bool(frames) and frames[-1] in _PRINTING


def leave_streams() -> OSError | None:
    """Write what is still to be printed, once; returns what went wrong.

    Python would try again at its end, and complain in its own way.
    """
    error = _flush_error()
    if error is not None:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return error


def _flush_error() -> OSError | None:
    try:
        if sys.stdout is not None and not sys.stdout.closed:
            sys.stdout.flush()
    except OSError as error:
        return error
    return None


def _spell(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    plain = error.object[error.start : error.end].translate(_PLAIN)
    return plain.encode("ascii", "backslashreplace").decode("ascii"), error.end


_PRINTING = (click.echo.__code__, _flush_error.__code__)
