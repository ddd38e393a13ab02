"""Captions whose fields stand between commas, tabs, semicolons or bars."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import NamedTuple

from benchmark.datasets.captions_csv import CsvRows, parse_csv
from benchmark.datasets.forms.columns import is_known
from benchmark.datasets.forms.records import FIRST, SECOND, Records
from benchmark.display.escaping import unescape_cell
from benchmark.errors import DataError

_FORMS = {",": "csv", "\t": "tsv", ";": "csv, semicolons", "|": "csv, bars"}


class _Reading(NamedTuple):
    """The header as one delimiter parts it."""

    n_known: int
    n_columns: int
    delimiter: str


def read_delimited(path: Path, text: str, asked: tuple[str, ...] = ()) -> Records:
    """Read a file of fields; what parts them is told by the header.

    Of two columns none of whose names is known the first line is a row as well: files of ids and
    captions, tabs between them, have no header. An apostrophe that keeps a field from being a
    spreadsheet's formula is no part of it.

    Args:
        path: of the file, for messages.
        text: what it holds.
        asked: columns that somebody named.

    Raises:
        DataError: it is empty, malformed, or has rows of another width; says the line.
    """
    reading = _choose_delimiter(text, asked, is_tsv=path.suffix.lower() == ".tsv")
    form = _FORMS[reading.delimiter]
    try:
        rows = parse_csv(path, text, delimiter=reading.delimiter)
    except DataError:
        if reading.delimiter != "\t":
            raise
        rows = parse_csv(path, text, delimiter="\t", is_quoted=False)
        form = f"{form}, quotes as they stand"
    if reading.n_known == 0 and reading.n_columns == 2:
        return _without_header(rows, form)
    cells = [tuple(map(unescape_cell, row)) for row in rows.rows]
    return Records(path, form, rows.columns, cells, rows.lines)


def records_of_csv(rows: CsvRows) -> Records:
    """Take over what the strict reader of CSV files read."""
    return Records(rows.path, "csv", rows.columns, rows.rows, rows.lines)


def _choose_delimiter(text: str, asked: tuple[str, ...], *, is_tsv: bool) -> _Reading:
    """Take the delimiter under which most names of the header are known; commas where it is even.

    Where none is known: the one that parts the header into two, tabs before commas.
    """
    readings = []
    for delimiter in ("\t", ",", ";", "|") if is_tsv else _FORMS:
        columns = _first_row(text, delimiter)
        n_known = sum(is_known(column) or column in asked for column in columns)
        readings.append(_Reading(n_known, len(columns), delimiter))
    best = max(readings, key=lambda reading: reading.n_known)
    if best.n_known:
        return best
    tabs = next(reading for reading in readings if reading.delimiter == "\t")
    return tabs if tabs.n_columns > 1 else readings[0]


def _first_row(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def _without_header(rows: CsvRows, form: str) -> Records:
    cells = [rows.columns, *rows.rows]
    lines = [1, *rows.lines]
    return Records(rows.path, f"{form} without a header", (FIRST, SECOND), cells, lines)
