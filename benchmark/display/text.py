"""How a table, and the words around it, are set as text: whole, or as much as a terminal holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.display.fitting import Fitted, fit
from benchmark.display.layout import wrap
from benchmark.display.strips import Strip, set_framed, set_open
from benchmark.display.view import View
from benchmark.display.widths import fold

_INDENT = "  "


@dataclass(frozen=True, slots=True)
class Page:
    """A table with all its cells spelt, and the words around it.

    Attributes:
        title: empty where the table stands alone.
        strips: its columns.
        topics: of each row, or none.
        notes: below it.
    """

    title: str
    strips: Sequence[Strip]
    topics: Sequence[str]
    notes: Sequence[str]


def set_page(page: Page, view: View) -> str:
    """Set a table: in a frame where it is whole, else as much as fits, and what does not named."""
    if view.width is None:
        notes = "\n".join(map(wrap, page.notes))
        return _around(page.title, set_framed(page.strips, view), notes, view)
    fitted = fit(page.strips, view.width, may_turn=not page.topics)
    table = set_open(fitted.strips, view, fitted.below, page.topics)
    notes = "\n".join(set_paragraph(note, view) for note in (*page.notes, *_tell(fitted, view)))
    return _around(set_paragraph(page.title, view), table, notes, view)


def set_paragraph(text: str, view: View) -> str:
    """Break a sentence that stands on its own; in a whole view it stays as it is."""
    return text if view.width is None else "\n".join(fold(text, view.width, _INDENT))


def _around(title: str, table: str, notes: str, view: View) -> str:
    title = "\n".join(view.paint(line, "strong") for line in title.split("\n"))
    return "\n\n".join(part for part in (title, table, notes) if part)


def _tell(fitted: Fitted, view: View) -> list[str]:
    """Say what a terminal does not show, and what stands for names that are too long."""
    lines = [f"{short}: {name}" for short, name in fitted.names.items()]
    if fitted.headers:
        lines.append(f"In full: {', '.join(fitted.headers)}.")
    if fitted.left_out:
        lines.append(f"Columns left out: {', '.join(fitted.left_out)}; {view.cure}.")
    return lines
