"""Captions in parquet, arrow and feather files, through pyarrow; sounds in them are not read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.datasets.forms.records import Records
from benchmark.errors import DataError, MachineError

if TYPE_CHECKING:
    import pyarrow

MAGIC = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow",
    b"\xff\xff\xff\xff": "arrow stream",
}
"""What such files begin with; the ``datasets`` library of Hugging Face writes the stream."""
_MOST_ROWS = 20_000_000


def find_columnar(path: Path, data: bytes) -> str | None:
    """Tell which of these forms a file has by how it begins; None for another."""
    return next((form for magic, form in MAGIC.items() if data.startswith(magic)), None)


def read_columnar(path: Path, data: bytes, form: str) -> Records:
    """Read the columns that may hold ids or captions: texts, numbers, lists of texts.

    A column of structures becomes columns ``outer.inner``; bytes, as of sounds, are left where they
    are.

    Raises:
        DataError: the file is damaged, or has no such column or no row.
        MachineError: pyarrow is not installed.
    """
    try:
        import pyarrow
    except ImportError as error:
        raise MachineError(
            f"{path} is {form}, which pyarrow reads: pip install 'aac-bench[parquet]'."
        ) from error
    try:
        table = _read_table(data, form)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise DataError(
            f"{path} is a damaged {form} file: {error}. Write it again, or fetch it again."
        ) from error
    if form == "arrow" and path.suffix.lower() == ".feather":
        form = "feather"
    if not table.num_rows or not table.num_columns:
        raise DataError(f"{path} holds no row with texts; expected ids and captions.")
    columns = [column.to_pylist() for column in table.columns]
    rows = [*zip(*columns, strict=True)]
    names = tuple(map(str, table.column_names))
    return Records(path, form, names, rows, range(1, len(rows) + 1), "row")


def _read_table(data: bytes, form: str) -> pyarrow.Table:
    import pyarrow
    import pyarrow.parquet

    buffer = pyarrow.py_buffer(data)
    if form == "parquet":
        file = pyarrow.parquet.ParquetFile(buffer)
        _require_few(file.metadata.num_rows)
        wanted = [path for field in file.schema_arrow for path in _readable_paths(field)]
        return _flatten(file.read(columns=wanted))
    if form == "arrow stream":
        opened = pyarrow.ipc.open_stream(buffer)
    else:
        opened = pyarrow.ipc.open_file(buffer)
    table = opened.read_all()
    _require_few(table.num_rows)
    return _flatten(table)


def _flatten(table: pyarrow.Table) -> pyarrow.Table:
    """Take structures apart by one level, and drop what can be neither id nor caption."""
    flat = table.flatten()
    return flat.select([field.name for field in flat.schema if _is_readable(field.type)])


def _readable_paths(field: pyarrow.Field) -> list[str]:
    import pyarrow.types as kinds

    if kinds.is_struct(field.type):
        return [f"{field.name}.{inner.name}" for inner in field.type if _is_readable(inner.type)]
    return [field.name] if _is_readable(field.type) else []


def _is_readable(kind: pyarrow.DataType) -> bool:
    import pyarrow.types as kinds

    if kinds.is_list(kind) or kinds.is_large_list(kind):
        return _is_text(kind.value_type)
    if kinds.is_dictionary(kind):
        return _is_text(kind.value_type)
    return _is_text(kind) or kinds.is_integer(kind) or kinds.is_floating(kind)


def _is_text(kind: pyarrow.DataType) -> bool:
    import pyarrow.types as kinds

    return bool(kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_string_view(kind))


def _require_few(n_rows: int) -> None:
    if n_rows > _MOST_ROWS:
        raise ValueError(f"it claims {n_rows:,} rows; expected at most {_MOST_ROWS:,}")
