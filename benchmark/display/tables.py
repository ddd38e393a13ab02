"""Tables: rows under columns, set in any of six formats by one renderer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from benchmark.display.escaping import escape_markdown, show_controls
from benchmark.display.layout import (
    FORMATS,
    NO_VALUE,
    Format,
    Side,
    entitle,
    join_lines,
    lay_out,
    paragraph,
    wrap,
)
from benchmark.display.records import Record, to_csv, to_json

__all__ = ["FORMATS", "NO_VALUE", "Column", "Format", "Part", "Table", "render", "wrap"]

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A header, and the function that takes the cell under it from a row.

    Attributes:
        header: its name; a line break in it, as in a cell, is one in text and a space elsewhere.
        cell: spells a row's cell, ``NO_VALUE`` where there is nothing to say.
        side: where cells stand; None puts numbers to the right, all others and the first left.
        stays: whether it is shown even where no row has a value.
    """

    header: str
    cell: Callable[[Row], str]
    side: Side | None = None
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Table(Generic[Row]):
    """Rows under columns, and the words around them.

    Attributes:
        columns: those in which no row has a value are left out.
        rows: from top to bottom.
        title: a heading; where it ends in a colon it leads in to the table instead.
        notes: what stands below.
        name: what json and csv call the table.
        records: what json and csv hold, unrounded; None is the rows' cells.
    """

    columns: Sequence[Column[Row]]
    rows: Sequence[Row]
    title: str = ""
    notes: Sequence[str] = ()
    name: str = "rows"
    records: Sequence[Record] | None = None

    def spell_records(self) -> list[Record]:
        """List what programs read of the table."""
        if self.records is not None:
            return list(self.records)
        return [
            {
                join_lines(column.header): None if (cell := column.cell(row)) == NO_VALUE else cell
                for column in self.columns
            }
            for row in self.rows
        ]

    def told_columns(self) -> list[Column[Row]]:
        """List the columns that say anything; all of them where there is no row."""
        return [
            column
            for column in self.columns
            if column.stays
            or not self.rows
            or any(column.cell(row) != NO_VALUE for row in self.rows)
        ]


Part = Table[Any] | str  # tables of unlike rows stand side by side
"""A table, or a sentence that stands on its own."""


def render(parts: Sequence[Part], form: Format, content: object = None) -> str:
    """Set tables and sentences in a format, one below the other.

    Args:
        parts: in order. json and csv leave the sentences, titles and notes out.
        form: csv is one table; where several differ in name, its first column holds that. LaTeX
            needs the package booktabs.
        content: what json holds; else the records of each table under its name.
    """
    tables = [part for part in parts if isinstance(part, Table)]
    if form == "json":
        named = {table.name: table.spell_records() for table in tables}
        return to_json(named if content is None else content)
    if form == "csv":
        return to_csv(_join_records(tables))
    texts = [_set_table(p, form) if isinstance(p, Table) else _set_sentence(p, form) for p in parts]
    return "\n\n".join(["% Needs \\usepackage{booktabs}."] * (form == "latex") + texts)


def _join_records(tables: Sequence[Table[Any]]) -> Iterator[Record]:
    are_unlike = len({table.name for table in tables}) > 1
    for table in tables:
        for record in table.spell_records():
            yield {"table": table.name, **record} if are_unlike else record


def _set_table(table: Table[Any], form: Format) -> str:
    columns = table.told_columns()
    safe = escape_markdown if form == "md" else str
    text = lay_out(
        [[safe(show_controls(column.cell(row))) for column in columns] for row in table.rows],
        [safe(show_controls(column.header)) for column in columns],
        form,
        [column.side for column in columns],
    )
    notes = [show_controls(note) for note in table.notes]
    return entitle(show_controls(table.title), text, form, notes) if table.title else text


def _set_sentence(text: str, form: Format) -> str:
    return paragraph(show_controls(text), form)
