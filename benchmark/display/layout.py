"""How a table, and the words around it, are set in formats that programs show to people."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Sequence
from typing import Literal, get_args

from benchmark.display.escaping import escape_latex, escape_markdown, escape_paragraph
from benchmark.display.strips import Side, Strip, set_framed
from benchmark.display.view import NOTE_WIDTH, WHOLE

Format = Literal["text", "md", "csv", "json", "latex", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)

NO_VALUE = "–"  # noqa: RUF001 (an en dash is what tables print for "no value")
_STYLES = {"md": "pipe", "latex": "latex_booktabs", "html": "html"}
_NUMBER = re.compile(r"[-+]?\d[\d.,]*(e[-+]?\d+)?( \[[^\[\]]*\])?( ±[\d.]+)?†?")
"""A number, with its interval, its spread and its mark if it has them."""


def lay_out(
    lines: Sequence[Sequence[str]],
    header: Sequence[str],
    form: Format,
    sides: Sequence[Side | None] = (),
) -> str:
    """Lay out a table alone; LaTeX is a ``tabular`` that needs the package booktabs.

    Args:
        lines: cells; in markdown nothing in them is escaped but bars.
        header: names of the columns; where one breaks the line, only text does.
        form: text, md, latex or html.
        sides: of the columns; else numbers stand to the right, all others and the first left.
    """
    columns = list(zip(*lines, strict=True)) or [()] * len(header)
    chosen = [
        side or choose_side(at, column)
        for at, (side, column) in enumerate(
            zip(sides or [None] * len(header), columns, strict=True)
        )
    ]
    if form == "text":
        strips = [
            Strip(name, tuple(cells), side, at, "none")
            for at, (name, cells, side) in enumerate(zip(header, columns, chosen, strict=True))
        ]
        return set_framed(strips, WHOLE)
    from tabulate import tabulate

    lines, header = [list(map(join_lines, line)) for line in lines], list(map(join_lines, header))
    if form == "md":
        lines = [[cell.replace("|", r"\|") for cell in line] for line in lines]
        header = [cell.replace("|", r"\|") for cell in header]
    if form == "latex" and not lines:
        lines = [[""] * len(header)]  # else tabulate declares no column
    table = tabulate(
        lines,
        headers=header,
        tablefmt=_STYLES[form],
        disable_numparse=True,
        colalign=chosen,
    )
    # The break before a row would take a bracket or a star for its own: \\[2pt], \\*.
    return re.sub(r"(?m)^(\s*)([\[*])", r"\1{\2}", table) if form == "latex" else str(table)


def entitle(title: str, table: str, form: Format, notes: Sequence[str] = ()) -> str:
    """Put a title and notes around a table: as paragraphs, or as the format's own caption.

    LaTeX is a float whose notes stand below the table; HTML is a figure. In markdown a title is a
    heading, unless a colon at its end says that it leads in to the table.
    """
    if form == "latex":
        caption = rf"\caption{{{escape_latex(join_lines(title).rstrip(':'))}}}"
        below = ["\\par\\smallskip\\footnotesize", _notes(notes, form)] if notes else []
        inside = [r"\centering", caption, table, *below]
        return "\n".join([r"\begin{table}", *inside, r"\end{table}"])
    if form == "html":
        caption = f"<table>\n<caption>{html.escape(join_lines(title).rstrip(':'))}</caption>"
        inside = [table.replace("<table>", caption, 1), *filter(None, [_notes(notes, form)])]
        return "\n".join(["<figure>", *inside, "</figure>"])
    text = escape_markdown(join_lines(title))
    title = text if text.endswith(":") else f"### {text}"
    return "\n\n".join([title, table, *filter(None, [_notes(notes, form)])])


def paragraph(text: str, form: Format) -> str:
    """Set a sentence that stands on its own."""
    text = join_lines(text)
    if form == "latex":
        return escape_latex(text)
    return f"<p>{html.escape(text)}</p>" if form == "html" else escape_paragraph(text)


def wrap(text: str) -> str:
    """Break a long text into lines, and indent all but the first."""
    return textwrap.fill(text, NOTE_WIDTH, subsequent_indent="  ")


def join_lines(text: str) -> str:
    """Put a text onto one line, as every format but ``text`` needs it."""
    return re.sub(r"\n *", " ", text)


def _notes(notes: Sequence[str], form: Format) -> str:
    if form == "latex":
        return "\\\\\n".join(escape_latex(note) for note in notes)
    if form == "html":
        return "\n".join(paragraph(note, form) for note in notes)
    # A list: GitHub would run lines together into one paragraph.
    return "\n".join(wrap(f"- {escape_paragraph(note)}") for note in notes)


def choose_side(at: int, cells: Sequence[str]) -> Side:
    """Choose where the cells of a column stand: numbers to the right, all others to the left.

    Args:
        at: the column's place; the first stands to the left whatever it holds.
        cells: of the column.
    """
    are_numbers = all(cell == NO_VALUE or _NUMBER.fullmatch(cell) for cell in cells)
    return "right" if at and are_numbers else "left"
