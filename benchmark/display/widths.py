"""How wide text is on a terminal, where some letters take two columns and some none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

_MARK = "…"


def width_of(text: str) -> int:
    """Count the columns that a text takes, of several lines those of the widest."""
    from rich.cells import cell_len

    return max(map(cell_len, text.split("\n")))


def pad(text: str, width: int, side: str) -> str:
    """Fill one line up with blanks; ``side`` is where the text stands."""
    blanks = " " * (width - width_of(text))
    return blanks + text if side == "right" else text + blanks


def fold(text: str, width: int, indent: str = "") -> list[str]:
    """Break a text into lines between its words; a word that is too long for any is cut.

    Args:
        text: blanks and line breaks in it are one blank each.
        width: of a line, the indent of all but the first included.
        indent: before all lines but the first.
    """
    lines: list[str] = []
    line = ""
    for word in text.split():
        if line.strip() and width_of(line) + 1 + width_of(word) <= width:
            line += f" {word}"
            continue
        if line.strip():
            lines.append(line)
            line = indent
        *full, line = _cut(word, line, width, indent)
        lines += full
    return [*lines, line]


def _cut(word: str, start: str, width: int, indent: str) -> Iterator[str]:
    """Cut a word into lines: it begins after ``start``, and the last line is still open."""
    from rich.cells import chop_cells

    room = width - width_of(start)
    if width_of(word) <= room:
        yield start + word
        return
    first, *_ = chop_cells(word, room)
    yield start + first
    rest = word[len(first) :]
    if rest:
        yield from (indent + piece for piece in chop_cells(rest, width - len(indent)))


def shorten(text: str, width: int, mark: str = _MARK) -> str:
    """Take the middle out of a text that is wider; its ends tell more of a name.

    Args:
        text: one line.
        width: of what is returned, at most.
        mark: stands for what was taken out.
    """
    if width_of(text) <= width:
        return text
    # Measured as they stand, not letter by letter: a sign can widen the letter before it.
    room = max(0, width - width_of(mark))
    front, back = text[: 4 * width], text[-4 * width :]
    head = next(t for n in range(len(front), -1, -1) if width_of(t := front[:n]) <= (room + 1) // 2)
    left = room - width_of(head)
    tail = next(t for n in range(len(back) + 1) if width_of(t := back[n:]) <= left)
    while tail and not width_of(tail[0]):  # what sits on a letter that was taken out
        tail = tail[1:]
    while tail and width_of(head + mark + tail) > width:  # what joined letters had made narrower
        tail = tail[1:]
    return head + mark + tail


def shorten_apart(texts: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Shorten texts so that those that differ still do: where they would not, with a number."""
    asked = dict(zip(texts, widths, strict=True))
    found = {text: text for text, width in asked.items() if width_of(text) <= width}
    for text, width in asked.items():
        if text not in found:
            taken = set(found.values())
            tries = (shorten(text, width, mark) for mark in _marks())
            found[text] = next(each for each in tries if each not in taken)
    return [found[text] for text in texts]


def _marks() -> Iterator[str]:
    yield _MARK
    yield from (f"{_MARK}{number}{_MARK}" for number in count(2))
