"""Tables: rows under columns, set in any of six formats by one renderer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from benchmark.display.escaping import escape_markdown, show_controls
from benchmark.display.fitting import ON_REQUEST
from benchmark.display.layout import (
    FORMATS,
    NO_VALUE,
    Format,
    choose_side,
    entitle,
    join_lines,
    lay_out,
    paragraph,
    wrap,
)
from benchmark.display.records import Record, to_csv, to_json
from benchmark.display.strips import Flex, Side, Strip
from benchmark.display.text import Page, set_page, set_paragraph
from benchmark.display.view import WHOLE, Tone, View

__all__ = [
    "FORMATS",
    "NO_VALUE",
    "ON_REQUEST",
    "WHOLE",
    "Column",
    "Format",
    "Part",
    "Table",
    "View",
    "render",
    "wrap",
]

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A header, and the function that takes the cell under it from a row.

    Attributes:
        header: its name; a line break in it, as in a cell, is one in text and a space elsewhere.
        cell: spells a row's cell, ``NO_VALUE`` where there is nothing to say.
        side: where cells stand; None puts numbers to the right, all others and the first left.
        stays: whether it is shown even where no row has a value.
        order: how soon it is chosen where not all columns fit a terminal: 0 always, then the
            lowest first, ``ON_REQUEST`` in whole tables only; None is its place.
        flex: how it may be narrower than its cells there; the first column's are cut.
        tone: how a terminal shows a row's cell; None is as the row.
        is_brief: whether only a terminal has it, as whole tables say it elsewhere.
    """

    header: str
    cell: Callable[[Row], str]
    side: Side | None = None
    stays: bool = False
    order: float | None = None
    flex: Flex | None = None
    tone: Callable[[Row], Tone] | None = None
    is_brief: bool = False


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
        topic: what a row is about, which a terminal shows above the first of several rows.
        tone: how a terminal shows a row.
    """

    columns: Sequence[Column[Row]]
    rows: Sequence[Row]
    title: str = ""
    notes: Sequence[str] = ()
    name: str = "rows"
    records: Sequence[Record] | None = None
    topic: Callable[[Row], str] | None = None
    tone: Callable[[Row], Tone] | None = None

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

    def told_columns(self, *, is_whole: bool = True) -> list[Column[Row]]:
        """List the columns that say anything; all of them where there is no row.

        Args:
            is_whole: those of a whole table; else also those that only a terminal has.
        """
        return [
            column
            for column in self.columns
            if not (is_whole and column.is_brief)
            and (
                column.stays
                or not self.rows
                or any(column.cell(row) != NO_VALUE for row in self.rows)
            )
        ]

    def to_page(self, *, is_whole: bool) -> Page:
        """Spell all that a terminal may show."""
        columns = self.told_columns(is_whole=is_whole)
        return Page(
            title=show_controls(self.title),
            strips=[self._spell_strip(at, column) for at, column in enumerate(columns)],
            topics=[show_controls(self.topic(row)) for row in self.rows] if self.topic else [],
            notes=[show_controls(note) for note in self.notes],
        )

    def _spell_strip(self, at: int, column: Column[Row]) -> Strip:
        cells = [show_controls(column.cell(row)) for row in self.rows]
        tone = column.tone or self.tone
        return Strip(
            header=show_controls(column.header),
            cells=tuple(cells),
            side=column.side or choose_side(at, cells),
            order=at if column.order is None else column.order,
            flex=column.flex or ("cut" if at == 0 else "none"),
            tones=tuple(tone(row) if tone else "plain" for row in self.rows),
            is_brief=column.is_brief,
        )


Part = Table[Any] | str  # tables of unlike rows stand side by side
"""A table, or a sentence that stands on its own."""


def render(parts: Sequence[Part], form: Format, content: object = None, view: View = WHOLE) -> str:
    """Set tables and sentences in a format, one below the other.

    Args:
        parts: in order. json and csv leave the sentences, titles and notes out.
        form: csv is one table; where several differ in name, its first column holds that. LaTeX
            needs the package booktabs.
        content: what json holds; else the records of each table under its name.
        view: of the terminal that text is for; else tables are whole. The other formats always
            hold all columns.
    """
    tables = [part for part in parts if isinstance(part, Table)]
    if form == "json":
        named = {table.name: table.spell_records() for table in tables}
        return to_json(named if content is None else content)
    if form == "csv":
        return to_csv(_join_records(tables))
    if form == "text":
        return "\n\n".join(_set_text(part, view) for part in parts)
    texts = [_set_table(p, form) if isinstance(p, Table) else _set_sentence(p, form) for p in parts]
    return "\n\n".join(["% Needs \\usepackage{booktabs}."] * (form == "latex") + texts)


def _join_records(tables: Sequence[Table[Any]]) -> Iterator[Record]:
    are_unlike = len({table.name for table in tables}) > 1
    for table in tables:
        for record in table.spell_records():
            yield {"table": table.name, **record} if are_unlike else record


def _set_text(part: Part, view: View) -> str:
    if isinstance(part, Table):
        return set_page(part.to_page(is_whole=view.width is None), view)
    return set_paragraph(show_controls(part), view)


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
