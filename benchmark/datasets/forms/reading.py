"""Files of captions and of references, whatever their form, and one line on what was recognised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.contract import References
from benchmark.datasets.forms.columnar import find_columnar, read_columnar
from benchmark.datasets.forms.columns import (
    ColumnChoice,
    find_caption_column,
    find_id_column,
    find_reference_columns,
    is_neutral,
    is_predicted,
)
from benchmark.datasets.forms.delimited import read_delimited
from benchmark.datasets.forms.gathering import gather_captions, gather_references, read_ids
from benchmark.datasets.forms.json_forms import read_json_records
from benchmark.datasets.forms.records import BARE, Records, show_column
from benchmark.datasets.text_files import decode, read_bytes
from benchmark.errors import DataError, listed

BY_NAME = ColumnChoice()
"""Columns are known by their names."""


@dataclass(frozen=True, slots=True)
class CaptionsFile:
    """A file of captions that a system gave, with the references where they stand in it too.

    Attributes:
        path: of the file.
        captions: by id as the file spells it, in its order; ``""`` included.
        references: by the same ids; None where the file holds none, or nobody asked for them.
        recognised: what its form is and which columns were read, in one line.
    """

    path: Path
    captions: Mapping[str, str]
    references: References | None
    recognised: str


@dataclass(frozen=True, slots=True)
class ReferencesFile:
    """A file of captions that people wrote.

    Attributes:
        path: of the file.
        references: by id as the file spells it.
        recognised: what its form is and which columns were read, in one line.
    """

    path: Path
    references: References
    recognised: str


def read_captions(
    path: Path,
    choice: ColumnChoice = BY_NAME,
    *,
    encoding: str | None = None,
    with_references: bool = False,
) -> CaptionsFile:
    """Read captions that a system gave.

    Args:
        path: csv, tsv, json, jsonl, parquet, arrow or feather; how it begins decides.
        choice: columns that somebody named.
        encoding: of a text that is not UTF-8.
        with_references: the file is to hold the references too; ids may be absent then, and rows
            count instead.

    Raises:
        DataError: the file is unreadable, has no ids or captions, several that could be meant, or
            several captions of a clip.
        MachineError: it needs pyarrow, which is not installed.
    """
    records = read_records(path, choice, encoding=encoding)
    ids = find_id_column(records, choice.id_column)
    if ids is None and not with_references:
        raise DataError(_lacking(records, "clip ids", "file_name or audio_id", "--id-column"))
    caption, references = _find_both(records, choice, ids, with_references=with_references)
    clip_ids = read_ids(records, ids)
    gathered = gather_captions(records, clip_ids, caption)
    told = [*_tell(records, ids, len(records.rows)), f"caption {show_column(caption)}"]
    by_clip = None
    if references:
        by_clip = gather_references(records, clip_ids, references)
        told.append(f"references {_name_all(references)}")
    if gathered.n_repeats:
        told.append(f"{gathered.n_repeats:,} rows repeat a clip and its caption")
    if gathered.n_lists:
        told.append(f"{gathered.n_lists:,} captions as lists of one")
    if not with_references and (unread := _unread(records, (ids, caption))):
        told.append(f"references {_name_all(unread)} not read, others were asked for")
    return CaptionsFile(path, gathered.captions, by_clip, f"{path}: {', '.join(told)}")


def read_references(
    path: Path, choice: ColumnChoice = BY_NAME, *, encoding: str | None = None
) -> ReferencesFile:
    """Read captions that people wrote; every column that looks like one is read, or is an error.

    Args:
        path: csv, tsv, json, jsonl, parquet, arrow or feather; how it begins decides.
        choice: columns that somebody named; that of ids where the file has it.
        encoding: of a text that is not UTF-8.

    Raises:
        DataError: the file is unreadable, has no ids or references, several columns that could be
            meant, or a reference without a word.
        MachineError: it needs pyarrow, which is not installed.
    """
    records = read_records(path, choice, encoding=encoding)
    asked = choice.id_column if choice.id_column in records.columns else None
    ids = find_id_column(records, asked)
    if ids is None:
        raise DataError(_lacking(records, "clip ids", "file_name or audio_id", "--id-column"))
    columns = find_reference_columns(records, choice.reference_columns, besides=(ids,))
    if not columns:
        raise DataError(
            _lacking(records, "references", "caption, caption_1 and so on", "--reference-column")
        )
    references = gather_references(records, read_ids(records, ids), columns)
    told = [*_tell(records, ids, len(records.rows)), f"references {_name_all(columns)}"]
    n_references = sum(map(len, references.values()))
    told.append(f"{n_references:,} in all of {len(references):,} clips")
    return ReferencesFile(path, references, f"{path}: {', '.join(told)}")


def read_records(
    path: Path, choice: ColumnChoice = BY_NAME, *, encoding: str | None = None
) -> Records:
    """Read a file of any form to its records.

    Raises:
        DataError: it is unreadable or malformed.
        MachineError: it needs pyarrow, which is not installed.
    """
    data = read_bytes(path)
    if (form := find_columnar(path, data)) is not None:
        return read_columnar(path, data, form)
    text = decode(path, data, encoding)
    is_csv = path.suffix.lower() in (".csv", ".tsv")
    if path.suffix.lower() in (".json", ".jsonl", ".ndjson") or (
        not is_csv and text.lstrip()[:1] in ("{", "[")
    ):
        return read_json_records(path, text)
    named = (choice.id_column, choice.caption_column, *choice.reference_columns)
    return read_delimited(path, text, tuple(name for name in named if name is not None))


def _find_both(
    records: Records, choice: ColumnChoice, ids: str | None, *, with_references: bool
) -> tuple[str, tuple[str, ...]]:
    """Find the column of captions and, where they are asked for, those of references."""
    besides = () if ids is None else (ids,)
    if not with_references:
        caption = find_caption_column(records, choice.caption_column, besides=besides)
        if caption is None:
            raise DataError(_lacking_captions(records, besides))
        doubtful = [
            column
            for column in records.columns
            if column not in (*besides, caption) and is_neutral(column)
        ]
        if doubtful and choice.caption_column is None and not _is_numbered(doubtful):
            raise DataError(
                f"{records.path} has several columns of captions: {listed([caption, *doubtful])}. "
                "Say which with --caption-column."
            )
        return caption, ()
    others = choice.reference_columns
    if not any(is_predicted(column) and column not in besides for column in records.columns):
        others = others or find_reference_columns(_only_named(records), (), besides=besides)
    caption = find_caption_column(records, choice.caption_column, besides=(*besides, *others))
    if caption is None:
        raise DataError(_lacking_captions(records, besides))
    asked = choice.reference_columns
    return caption, find_reference_columns(records, asked, besides=(*besides, caption))


def _only_named(records: Records) -> Records:
    """Leave out columns whose names do not say whose captions they hold."""
    columns = tuple(
        name for name in records.columns if not is_neutral(name) or name[-1:].isdecimal()
    )
    at = [records.columns.index(name) for name in columns]
    rows = [tuple(row[index] for index in at) for row in records.rows]
    return Records(records.path, records.form, columns, rows, records.places, records.unit)


def _is_numbered(columns: Sequence[str]) -> bool:
    return all(column[-1:].isdecimal() for column in columns)


def _unread(records: Records, used: Sequence[str | None]) -> tuple[str, ...]:
    """List the columns of references that stand in a file whose captions alone are read."""
    try:
        return find_reference_columns(records, (), besides=[name for name in used if name])
    except DataError:
        return ()


def _lacking(records: Records, what: str, expected: str, option: str) -> str:
    found = [name for name in records.columns if name not in BARE]
    return (
        f"{records.path} ({records.form}) has no column of {what}. "
        f"Found: {listed(found, 20) or 'none with a name'}. Expected one such as {expected}; name "
        f"another with {option}."
    )


def _lacking_captions(records: Records, besides: Sequence[str]) -> str:
    lacking = _lacking(records, "captions", "caption_predicted or prediction", "--caption-column")
    try:
        references = find_reference_columns(records, (), besides=besides)
    except DataError:
        references = ()
    if references:
        lacking += f" {_name_all(references)} look like references: --references reads such a file."
    return lacking


def _tell(records: Records, ids: str | None, n_rows: int) -> list[str]:
    named = "rows are clips, no ids" if ids is None else f"id {show_column(ids)}"
    return [records.form, f"{n_rows:,} rows", named]


def _name_all(columns: Sequence[str]) -> str:
    if len(columns) == 1:
        return show_column(columns[0])
    return f"{show_column(columns[0])} to {show_column(columns[-1])} ({len(columns)})"
