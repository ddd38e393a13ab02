"""What nobody asked for and everybody should know: a line on the error stream, there and then."""

from __future__ import annotations

import sys
from contextlib import suppress


def tell(text: str) -> None:
    """Say something in one line on standard error.

    Not a warning of Python's: the first library that ignores those would silence it.
    """
    shown = "".join(character if character.isprintable() else "?" for character in text)
    shown = shown.replace("##[", "#?[")  # a command to servers of continuous integration
    with suppress(OSError, ValueError):  # closed, or a full disk behind it
        sys.stderr.write(f"bench: {shown}\n")
        sys.stderr.flush()
