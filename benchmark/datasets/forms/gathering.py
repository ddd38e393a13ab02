"""Captions and references gathered from records by clip; nothing is dropped without a word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmark.datasets.forms.cells import find_joint, read_cell
from benchmark.datasets.forms.records import ABSENT, Records, show_column
from benchmark.datasets.references import require_words_at
from benchmark.errors import DataError, shown


class Gathered(NamedTuple):
    """Captions by clip.

    Attributes:
        captions: in the order of the file.
        n_repeats: rows that name a clip again with the same caption.
        n_lists: cells that hold a list of one caption.
    """

    captions: dict[str, str]
    n_repeats: int
    n_lists: int


def read_ids(records: Records, column: str | None) -> list[str]:
    """Read the ids of all rows; rows are numbered where no column names clips.

    Raises:
        DataError: one is neither a text nor a whole number.
    """
    if column is None:
        width = len(str(len(records.rows)))
        return [f"{number:0{width}d}" for number in range(1, len(records.rows) + 1)]
    return [_read_id(records, index, cell) for index, cell in enumerate(records.column(column))]


def gather_captions(records: Records, ids: Sequence[str], column: str) -> Gathered:
    """Gather one caption a clip.

    Raises:
        DataError: a row names no clip, a clip has several captions, a cell is neither a text nor a
            list of one, or all captions look like several in one.
    """
    captions: dict[str, str] = {}
    first: dict[str, int] = {}
    n_repeats = n_lists = 0
    for index, (clip_id, cell) in enumerate(zip(ids, records.column(column), strict=True)):
        _require_id(records, index, clip_id)
        texts = _read(records, index, column, cell)
        if not isinstance(texts, str):
            if len(texts) != 1:
                raise DataError(
                    f"{records.place(index)}: {clip_id!r} has {len(texts)} captions in "
                    f"{show_column(column)}; "
                    "expected one. Choose one a clip; references go with --references."
                )
            texts, n_lists = texts[0], n_lists + 1
        if clip_id in captions:
            if captions[clip_id] != texts:
                raise DataError(
                    f"{records.path} holds more than one caption of a clip: {clip_id!r} "
                    f"({records.unit}s {first[clip_id]}, {records.places[index]}). Expected one; "
                    "keep one row for each."
                )
            n_repeats += 1
            continue
        captions[clip_id], first[clip_id] = texts, records.places[index]
    if not captions:
        raise DataError(f"{records.path} holds no captions; expected at least one.")
    if joint := find_joint([*captions.values()]):
        raise DataError(f"{records.path}, column {column}: {joint}")
    return Gathered(captions, n_repeats, n_lists)


def gather_references(
    records: Records, ids: Sequence[str], columns: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Gather references: one below the other, side by side, or as lists in cells.

    Of columns that stand side by side a blank cell is no reference: a clip with fewer than the
    others can be written in no other way.

    Raises:
        DataError: a clip has no reference, stands side by side twice, or a reference has no word.
    """
    cells = [*zip(*(records.column(column) for column in columns), strict=True)]
    gathered: dict[str, list[str]] = {}
    first: dict[str, int] = {}
    is_beside = len(columns) > 1 or columns[0][-1:].isdecimal()
    plain: dict[str, list[str]] = {column: [] for column in columns}
    for index, (clip_id, row) in enumerate(zip(ids, cells, strict=True)):
        _require_id(records, index, clip_id)
        if is_beside and clip_id in first:
            raise DataError(
                f"{records.path} holds the same clip more than once: {clip_id!r} "
                f"({records.unit}s {first[clip_id]}, {records.places[index]}). Expected each "
                "once; keep one row for each."
            )
        first.setdefault(clip_id, records.places[index])
        texts = _read_row(records, index, columns, row, plain, skips_blanks=is_beside)
        if not texts:
            raise DataError(
                f"{records.place(index)}: {clip_id!r} has no caption, every cell from "
                f"{columns[0]} to {columns[-1]} is blank; expected at least one. Give it one, or "
                "remove the line."
            )
        gathered.setdefault(clip_id, []).extend(texts)
    for column, texts in plain.items() if not is_beside else ():
        if joint := find_joint(texts):
            raise DataError(f"{records.path}, column {column}: {joint}")
    return {clip_id: tuple(texts) for clip_id, texts in gathered.items()}


def _read_row(
    records: Records,
    index: int,
    columns: Sequence[str],
    row: Sequence[object],
    plain: Mapping[str, list[str]],
    *,
    skips_blanks: bool,
) -> list[str]:
    """Read the references of one row; those that are no lists are noted by column in ``plain``."""
    texts: list[str] = []
    for column, cell in zip(columns, row, strict=True):
        if skips_blanks and (cell is None or cell is ABSENT):
            continue
        found = _read(records, index, column, cell)
        if isinstance(found, str):
            plain[column].append(found)
            if skips_blanks and not found.strip():
                continue
        for text in (found,) if isinstance(found, str) else found:
            require_words_at(text, records.place(index), column)
            texts.append(text)
    return texts


def _read(records: Records, index: int, column: str, cell: object) -> str | tuple[str, ...]:
    try:
        return read_cell(cell)
    except ValueError as error:
        told = f"{records.place(index)}: the caption in {show_column(column)} {error}"
        raise DataError(f"{told.removesuffix('.')}.") from error


def _read_id(records: Records, index: int, cell: object) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int) and not isinstance(cell, bool):
        return str(cell)
    told = "absent" if cell is ABSENT else shown(cell)
    raise DataError(
        f"{records.place(index)}: the clip's id is {told}; expected a text or a whole number."
    )


def _require_id(records: Records, index: int, clip_id: str) -> None:
    if not clip_id.strip():
        raise DataError(
            f"{records.place(index)}: the file name '' is not a path inside the folder, nor any "
            "id: the row names no clip. Name it, or remove the row."
        )
