"""What commands print, read whatever the width it was broken to."""

from __future__ import annotations


def on_one_line(text: str) -> str:
    """Undo the breaks of lines, which depend on how long the path of a folder is."""
    return " ".join(text.split())
