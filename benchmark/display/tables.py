"""How tables, and the words around them, are laid out in each format."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Sequence
from typing import Literal, get_args

Format = Literal["text", "md", "csv", "json", "latex", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)

NO_VALUE = "–"  # noqa: RUF001 (an en dash is what tables print for "no value")
_STYLES = {"text": "rounded_outline", "md": "github", "latex": "latex_booktabs", "html": "html"}
_NOTE_WIDTH = 120
_NUMBER = re.compile(r"[-+]?\d[\d.,]*(e[-+]?\d+)?( \[[^\[\]]*\])?( ±[\d.]+)?")
"""A number, with its interval and its spread if it has them."""


def lay_out(lines: Sequence[Sequence[str]], header: Sequence[str], form: Format) -> str:
    """Lay out a table alone: columns of numbers to the right, all others and the first left.

    LaTeX is a ``tabular`` that needs the package booktabs.
    """
    from tabulate import tabulate

    if form != "text":
        lines = [[" ".join(cell.split("\n")) for cell in line] for line in lines]
    if form == "md":
        lines = [[cell.replace("|", r"\|") for cell in line] for line in lines]
    columns = list(zip(*lines, strict=True))[1:]
    sides = ("right" if _holds_numbers(column) else "left" for column in columns)
    table = tabulate(
        lines,
        headers=header,
        tablefmt=_STYLES[form],
        disable_numparse=True,
        colalign=("left", *sides),
    )
    # The break before a row would take a bracket for its own argument: \\[2pt].
    return re.sub(r"(?m)^(\s*)\[", r"\1{[}", table) if form == "latex" else str(table)


def entitle(title: str, table: str, form: Format, notes: Sequence[str] = ()) -> str:
    """Put a title and notes around a table: paragraphs, or a caption where there are captions.

    LaTeX is a float whose notes stand below the table; HTML is a figure.
    """
    if form == "latex":
        caption = rf"\caption{{{_escape_latex(title.rstrip(':'))}}}"
        below = ["\\par\\smallskip\\footnotesize", _notes(notes, form)] if notes else []
        inside = [r"\centering", caption, table, *below]
        return "\n".join([r"\begin{table}", *inside, r"\end{table}"])
    if form == "html":
        caption = f"<table>\n<caption>{html.escape(title.rstrip(':'))}</caption>"
        inside = [table.replace("<table>", caption, 1), *filter(None, [_notes(notes, form)])]
        return "\n".join(["<figure>", *inside, "</figure>"])
    return "\n\n".join([title, table, *filter(None, [_notes(notes, form)])])


def paragraph(text: str, form: Format) -> str:
    """Set a sentence that stands on its own."""
    if form == "latex":
        return _escape_latex(text)
    return f"<p>{html.escape(text)}</p>" if form == "html" else text


def _notes(notes: Sequence[str], form: Format) -> str:
    if form == "latex":
        return "\\\\\n".join(_escape_latex(note) for note in notes)
    if form == "html":
        return "\n".join(paragraph(note, form) for note in notes)
    return "\n".join(textwrap.fill(note, _NOTE_WIDTH, subsequent_indent="  ") for note in notes)


def _holds_numbers(column: Sequence[str]) -> bool:
    return all(cell == NO_VALUE or _NUMBER.fullmatch(cell) for cell in column)


def _escape_latex(text: str) -> str:
    from tabulate import LATEX_ESCAPE_RULES

    escaped = "".join(LATEX_ESCAPE_RULES.get(character, character) for character in text)
    return escaped.replace("[", "{[}")
