"""What every form of captions file is read to: named columns, rows of cells, and their places."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import DataError, listed

KEY = "(key)"
"""The column of what stands before the colon in a JSON object: ``{file: caption}``."""
VALUE = "(value)"
"""The column of what stands behind it."""
FIRST, SECOND = "(first column)", "(second column)"
"""Of two columns without a header."""
BARE = frozenset({KEY, VALUE, FIRST, SECOND})
"""Columns that have no name in the file."""

Row = Sequence[object]  # cells are whatever stood in the file: texts, lists, numbers, None, ABSENT


class Absent:
    """Stands in the cell of a column that a row has not."""


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Records:
    """A file of captions or references, before it is known which column is what.

    Attributes:
        path: of the file.
        form: for people: ``jsonl``, ``csv, semicolons``.
        columns: their names, as the file spells them.
        rows: cells, one for each column.
        places: the number of each row as people count it, from 1.
        unit: what ``places`` counts: ``line`` or ``row``.
    """

    path: Path
    form: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    places: Sequence[int]
    unit: str = "line"

    def column(self, name: str) -> list[object]:
        """All cells of one column.

        Raises:
            DataError: there is no such column.
        """
        if name not in self.columns:
            raise DataError(
                f"{self.path} has no column {name!r}. Found: {listed(self.columns, 20)}."
            )
        at = self.columns.index(name)
        return [row[at] for row in self.rows]

    def place(self, index: int) -> str:
        """Say where a row stands: ``mine.csv, line 3``."""
        return f"{self.path}, {self.unit} {self.places[index]}"


def records_of_objects(
    path: Path, form: str, objects: Sequence[Mapping[str, object]], unit: str = "row"
) -> Records:
    """Lay objects out in columns; an object in a cell becomes columns ``outer.inner``."""
    flat = [_flatten(each) for each in objects]
    columns = tuple(dict.fromkeys(name for each in flat for name in each))
    rows = [tuple(each.get(name, ABSENT) for name in columns) for each in flat]
    return Records(path, form, columns, rows, range(1, len(rows) + 1), unit)


def _flatten(outer: Mapping[str, object]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, cell in outer.items():
        if isinstance(cell, Mapping):
            flat |= {f"{name}.{inner}": value for inner, value in cell.items()}
        else:
            flat[name] = cell
    return flat


def show_column(name: str) -> str:
    """Name a column for people: in backticks, or what it is where it has no name."""
    if name == KEY:
        return "its keys"
    if name == VALUE:
        return "their values"
    return name if name in BARE else f"`{name}`"


def plain(name: str) -> str:
    """Spell a column's name as the lists of known names do: ``File Name``, ``fileName``."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[^a-z0-9]+", "_", parted.casefold()).strip("_")
