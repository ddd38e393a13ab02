"""Captions as JSON: lists and objects of many shapes, a line each or all in one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeGuard

from benchmark.datasets.forms.columns import is_known
from benchmark.datasets.forms.records import KEY, VALUE, Records, records_of_objects
from benchmark.errors import DataError, listed
from benchmark.files import parse_json

_WRAPPERS = frozenset({
    "predictions", "prediction", "results", "data", "annotations", "captions", "outputs", "items",
    "rows", "samples", "records", "examples", "hypotheses", "candidates", "generated",
})  # fmt: skip
"""Keys behind which the captions stand, beside others that tell of them."""
_EXPECTED = (
    "Expected {file: caption}, {file: [captions]}, a list of objects with an id and a caption, or "
    "one such object a line."
)


def read_json_records(path: Path, text: str) -> Records:
    """Read JSON, or an object a line.

    Raises:
        DataError: it is neither, is nested too deeply, names an id twice, or has a shape that
            holds no captions.
    """
    if path.suffix.lower() not in (".jsonl", ".ndjson"):
        try:
            return _shape(path, _parse(path, text))
        except ValueError as error:
            if not _begins_with_an_object(path, text):
                raise DataError(f"{path} is not JSON: {error}. {_EXPECTED}") from error
    return _read_lines(path, text)


def _parse(path: Path, text: str) -> object:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(pairs)
        if len(made) < len(pairs):
            counts = Counter(key for key, _ in pairs)
            twice = [key for key, count in counts.items() if count > 1]
            raise DataError(f"{path} names {listed(twice)} more than once; expected each id once.")
        return made

    return parse_json(text, object_of=unique)


def _begins_with_an_object(path: Path, text: str) -> bool:
    first, _, rest = text.lstrip().partition("\n")
    try:
        return bool(rest.strip()) and isinstance(_parse(path, first), dict)
    except ValueError:
        return False


def _read_lines(path: Path, text: str) -> Records:
    objects: list[Mapping[str, object]] = []
    lines: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found = _parse(path, line)
        except ValueError as error:
            raise DataError(
                f"{path}, line {number} is not JSON: {error}. Expected an object."
            ) from error
        if not isinstance(found, dict) or not found:
            raise DataError(f"{path}, line {number}: expected an object with an id and a caption.")
        objects.append(found)
        lines.append(number)
    if not objects:
        raise DataError(f"{path} holds no captions; expected at least one.")
    if all(len(each) == 1 and not is_known(next(iter(each))) for each in objects):
        rows = [next(iter(each.items())) for each in objects]
        return Records(path, "jsonl of {id: caption}", (KEY, VALUE), rows, lines)
    whole = records_of_objects(path, "jsonl", objects)
    return Records(path, "jsonl", whole.columns, whole.rows, lines)


def _shape(path: Path, found: object) -> Records:
    """Lay JSON of any known shape out as records."""
    if isinstance(found, list):
        return _of_list(path, found, "json list")
    if not isinstance(found, dict):
        raise DataError(f"{path} holds a JSON {type(found).__name__}. {_EXPECTED}")
    if not found:
        raise DataError(f"{path} holds no captions; expected at least one.")
    images, annotations = found.get("images"), found.get("annotations")
    if _are_objects(images) and _are_objects(annotations):
        return _of_coco(path, images, annotations)
    if (inner := _unwrap(found)) is not None:
        return _shape(path, inner)
    if _are_columns(found):
        return _of_columns(path, found)
    columns, data = found.get("columns"), found.get("data")
    if isinstance(columns, list) and _are_lists(data):
        return _of_split_table(path, columns, data)
    if all(isinstance(each, dict) and each for each in found.values()):
        objects = [{KEY: key, **each} for key, each in found.items()]
        return records_of_objects(path, "json {id: object}", objects)
    rows = [*found.items()]
    form = "json {id: [captions]}" if isinstance(rows[0][1], list) else "json {id: caption}"
    return Records(path, form, (KEY, VALUE), rows, range(1, len(rows) + 1), "row")


def _of_list(path: Path, found: Sequence[object], form: str) -> Records:
    if not found:
        raise DataError(f"{path} holds no captions; expected at least one.")
    if not _are_objects(found):
        raise DataError(f"{path} holds a JSON list of {_kinds(found)}. {_EXPECTED}")
    if all(len(each) == 1 and not is_known(next(iter(each))) for each in found):
        rows = [next(iter(each.items())) for each in found]
        return Records(path, form, (KEY, VALUE), rows, range(1, len(rows) + 1), "row")
    return records_of_objects(path, form, found)


def _of_coco(
    path: Path, images: Sequence[Mapping[str, object]], annotations: Sequence[Mapping[str, object]]
) -> Records:
    """Give each annotation of COCO's form the file name of its image."""
    names = {_spell(image.get("id")): image.get("file_name") for image in images}
    rows = []
    for number, annotation in enumerate(annotations, start=1):
        image = _spell(annotation.get("image_id"))
        if image not in names:
            raise DataError(
                f"{path}, annotation {number}: image_id is {image}, which is the id of no image. "
                "Expected one of those under 'images'."
            )
        rows.append((names[image] or image, annotation.get("caption")))
    columns = ("file_name", "caption")
    return Records(path, "COCO annotations", columns, rows, range(1, len(rows) + 1), "annotation")


def _of_columns(path: Path, found: Mapping[str, object]) -> Records:
    """Lay out a table written column by column, whose rows are numbered or named."""
    named = {name: cells for name, cells in found.items() if isinstance(cells, dict)}
    lists = [cells for cells in found.values() if isinstance(cells, list)]
    if named:
        keys = next(iter(named.values()))
        objects = [
            {KEY: key, **{name: cells[key] for name, cells in named.items()}} for key in keys
        ]
    else:
        objects = [dict(zip(found, row, strict=True)) for row in zip(*lists, strict=True)]
    return records_of_objects(path, "json by column", objects)


def _of_split_table(
    path: Path, columns: Sequence[object], rows: Sequence[Sequence[object]]
) -> Records:
    if any(len(row) != len(columns) for row in rows):
        raise DataError(f"{path}: 'data' has rows of another width than 'columns'. {_EXPECTED}")
    objects = [dict(zip(map(str, columns), row, strict=True)) for row in rows]
    return records_of_objects(path, "json of columns and data", objects)


def _unwrap(found: Mapping[str, object]) -> object:
    """Take out what stands behind the one key that may hold captions; None where there is none."""
    inner = [
        value
        for key, value in found.items()
        if key in _WRAPPERS and value and (_are_objects(value) or isinstance(value, dict))
    ]
    if len(inner) != 1:
        return None
    others = [value for value in found.values() if value is not inner[0]]
    return None if any(_are_objects(value) for value in others) or _are_columns(found) else inner[0]


def _are_columns(found: Mapping[str, object]) -> bool:
    """Tell whether an object holds columns: known names, as many cells under each."""
    if len(found) < 2 or sum(map(is_known, found)) < 2:
        return False
    lists = [value for value in found.values() if isinstance(value, list)]
    if len(lists) == len(found):
        return len({len(value) for value in lists}) == 1
    named = [value for value in found.values() if isinstance(value, dict)]
    return len(named) == len(found) and all(value.keys() == named[0].keys() for value in named)


def _are_objects(value: object) -> TypeGuard[list[dict[str, object]]]:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _are_lists(value: object) -> TypeGuard[list[list[object]]]:
    return isinstance(value, list) and bool(value) and all(isinstance(each, list) for each in value)


def _kinds(values: Sequence[object]) -> str:
    return " and ".join(sorted({type(value).__name__ for value in values[:100]}))


def _spell(value: object) -> str:
    return str(value)
