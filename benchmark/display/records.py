"""What was measured, unrounded, for programs: csv and json."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence

from benchmark.display.escaping import escape_cell, escape_json
from benchmark.files import spell_json

Value = str | int | float | bool | None
Record = Mapping[str, Value]


def to_csv(records: Iterable[Mapping[str, object]]) -> str:
    """Write records as csv, one a line under all their names; what a record lacks is empty.

    No text is a spreadsheet's formula (see ``escape_cell``). A value that is neither text nor
    number is spelt as Python spells it.
    """
    records = list(records)
    names = list(dict.fromkeys(name for record in records for name in record))
    lines: list[Sequence[object]] = [list(map(escape_cell, names))]
    lines += [[_spell(record.get(name)) for name in names] for record in records]
    return "\n".join(map(_write_line, lines))


def to_json(content: object, *, is_ascii: bool = True) -> str:
    """Write what JSON can hold, one value a line; no terminal obeys what stands in it."""
    return escape_json(spell_json(content, indent=1, ensure_ascii=is_ascii))


def _write_line(cells: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)  # so that either is quoted in a cell
    return text.getvalue().removesuffix("\r\n")


def _spell(value: object) -> object:
    is_missing = value is None or (isinstance(value, float) and math.isnan(value))
    if isinstance(value, bool | int | float | None):
        return "" if is_missing else value
    return escape_cell(str(value))
