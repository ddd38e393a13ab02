"""How much of a table is shown as text, and what may stand in it besides words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

USUAL_WIDTH = 100
"""Columns of a line where no terminal says how many there are."""

LEAST_WIDTH = 60
"""A place, a name and a value with its interval take so many columns."""

NOTE_WIDTH = 120
"""Lines below a whole table are no longer."""

Tone = Literal["plain", "strong", "faint", "good", "bad"]
"""How much of the eye a cell asks for, and whether it is good news."""

CURE = "--wide shows all"
"""How to see the columns that are left out, of a command that prints them at once."""

_CODES: dict[Tone, str] = {"strong": "1", "faint": "2", "good": "32", "bad": "31"}


@dataclass(frozen=True, slots=True)
class View:
    """How tables are shown as text.

    Attributes:
        width: columns of a terminal that lines may take, ``LEAST_WIDTH`` at least; None shows
            tables whole, however wide they are.
        is_painted: whether a terminal obeys what says how bright its letters are.
        cure: how to see the columns that are left out.
    """

    width: int | None = None
    is_painted: bool = False
    cure: str = CURE

    def __post_init__(self) -> None:
        """Refuse a width that holds no table."""
        if self.width is not None and self.width < LEAST_WIDTH:
            raise ValueError(f"width={self.width}; expected {LEAST_WIDTH} or more, or None.")

    def paint(self, text: str, tone: Tone) -> str:
        """Give a text its tone where the terminal obeys it."""
        if not self.is_painted or tone not in _CODES or not text:
            return text
        return f"\x1b[{_CODES[tone]}m{text}\x1b[0m"


WHOLE = View()
"""All columns, and nothing but text."""
