"""Captions as CSV: one strict reader for every data set. Text is text, nothing is stripped."""

from __future__ import annotations

import csv
import difflib
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.contract import SplitLabel
from benchmark.datasets.text_files import read_text
from benchmark.errors import DataError, listed

_CSV = "Write the file again, or fetch it again."


@dataclass(frozen=True, slots=True)
class CsvRows:
    """A CSV file as it was written: every field a string, ``""``, ``"NA"`` and spaces kept.

    ``lines`` says on which line of the file (from 1) each row starts.
    """

    path: Path
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def column(self, name: str) -> list[str]:
        """All values of one column, in the order of the file.

        Raises:
            DataError: there is no such column.
        """
        self.require_columns((name,))
        at = self.columns.index(name)
        return [row[at] for row in self.rows]

    def require_columns(self, names: Iterable[str]) -> None:
        """Raise a DataError that lists the columns found where one of ``names`` is missing."""
        expected = tuple(names)
        lacking = [name for name in expected if name not in self.columns]
        if not lacking:
            return
        near = difflib.get_close_matches(lacking[0], self.columns, n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        if len(self.columns) == 1 and any(mark in self.columns[0] for mark in ";\t"):
            hint = " Fields must be separated by commas."
        raise DataError(
            f"{self.path} has no column {listed(lacking)}. "
            f"Found: {listed(self.columns, 20) or 'none'}. Expected: {listed(expected, 20)}.{hint}"
        )

    def require_unique(self, name: str) -> None:
        """Raise a DataError that lists every value that stands in ``name`` more than once."""
        lines_of: dict[str, list[int]] = defaultdict(list)
        for value, line in zip(self.column(name), self.lines, strict=True):
            lines_of[value].append(line)
        twice = [
            f"{value!r} (lines {', '.join(map(str, lines))})"
            for value, lines in lines_of.items()
            if len(lines) > 1
        ]
        if twice:
            more = f" and {len(twice) - 5} more" if len(twice) > 5 else ""
            raise DataError(
                f"{self.path} holds the same {name} more than once: {', '.join(twice[:5])}{more}. "
                "Expected each once; keep one row for each."
            )


def read_csv(
    path: Path, required: Sequence[str], *, mend: Callable[[str], str] | None = None
) -> CsvRows:
    """Read a CSV file with a header: UTF-8 with or without BOM, any line ends, RFC 4180 quotes.

    Blank lines between rows are skipped; nothing else is.

    Args:
        path: the file.
        required: columns that must be there; others may be.
        mend: quotes what a published file is known to have left unquoted; it keeps the lines.

    Raises:
        DataError: the file is absent, not UTF-8, not well-formed, lacks a column, repeats one,
            has no rows, or has a row with another number of fields than the header; says the line.
    """
    text = read_text(path)
    csv_rows = parse_csv(path, mend(text) if mend else text)
    csv_rows.require_columns(required)
    return csv_rows


def parse_csv(path: Path, text: str, *, delimiter: str = ",", is_quoted: bool = True) -> CsvRows:
    """Parse the text of a CSV file with a header.

    Args:
        path: of the file, for messages.
        text: what it holds.
        delimiter: what stands between fields.
        is_quoted: fields may be quoted; else a quote is a character like any other.

    Raises:
        DataError: as ``read_csv``.
    """
    reader = csv.reader(
        io.StringIO(text, newline=""),
        strict=True,
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE,
    )
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    before = 0
    try:
        columns = tuple(next(reader, ()))
        before = reader.line_num
        for row in reader:
            if row:
                _require_width(path, before + 1, row, columns)
                rows.append(tuple(row))
                lines.append(before + 1)
            before = reader.line_num
    except csv.Error as error:
        raise DataError(_why_malformed(path, before + 1, reader.line_num, str(error))) from error
    if not columns:
        raise DataError(f"{path} {_why_no_header(path)}; expected a header and rows. {_CSV}")
    if repeated := sorted({name for name in columns if columns.count(name) > 1}):
        raise DataError(f"{path} has the column {listed(repeated)} twice; expected it once.")
    if not rows:
        raise DataError(f"{path} has a header but no rows; expected at least one.")
    return CsvRows(path, columns, tuple(rows), tuple(lines))


def find_captions(
    label: SplitLabel, data_root: Path, names: Sequence[str], how_to_get: str
) -> Path:
    """Find the captions file of a split.

    Args:
        label: of the split.
        data_root: the folder of the data sets.
        names: paths within it, most official first; the first that is a file is taken.
        how_to_get: for the error.

    Raises:
        DataError: there is none; says where it was expected and how to get it.
    """
    if data_root.exists() and not data_root.is_dir():
        raise DataError(
            f"the data root {data_root} is a file; expected a folder that holds "
            f"{label.dataset_name}/."
        )
    candidates = [data_root / name for name in names]
    for path in candidates:
        if path.is_file():
            return path
    places = "\n  or ".join(str(path) for path in candidates)
    raise DataError(f"no captions for {label}: expected a file\n     {places}\n{how_to_get}")


def _why_malformed(path: Path, first_line: int, line: int, reason: str) -> str:
    if "field limit" in reason:
        return (
            f"{path}, line {first_line}: a field of more than {csv.field_size_limit():,} "
            'characters begins there; expected a caption. A quote (") that is not closed takes in '
            "all that follows: close it."
        )
    return (
        f'{path}, line {line}: {reason}. Expected comma-separated fields, quoted with "; a quote '
        "inside a quoted field is written twice."
    )


def _why_no_header(path: Path) -> str:
    size = path.stat().st_size
    return "begins with a line that is empty" if size else "is empty (0 bytes)"


def _require_width(path: Path, line: int, row: Sequence[str], columns: Sequence[str]) -> None:
    if len(row) != len(columns):
        raise DataError(
            f"{path}, line {line}: {len(row)} fields, but the header has {len(columns)} "
            f"({listed(columns)}). A field that holds a comma or a line end must be quoted."
        )
