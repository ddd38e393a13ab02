"""Plain JSON values read as the dataclasses they were written from, every type checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from benchmark.errors import RunError

_T = TypeVar("_T")


def read_as(kind: type[_T], value: object, where: object) -> _T:
    """Read a JSON value as a dataclass, or as any type that JSON can spell.

    Args:
        kind: frozen dataclasses of numbers, texts, paths, tuples, mappings and other such
            dataclasses.
        value: as ``json.loads`` gives it. What ``kind`` does not know is passed over.
        where: names the file in messages.

    Raises:
        RunError: a part is missing or has another type; says which, what was found and what was
            expected.
    """
    import msgspec

    try:
        return msgspec.convert(value, kind, dec_hook=_read_other)
    except (msgspec.ValidationError, RecursionError, UnicodeError) as error:
        part, reason = next(_faults(kind, value, ""), ("", str(error)))
        raise RunError(
            f"{where}{part and f', {part}'}: {reason}. The file was changed by something else; "
            "restore it, or make it anew."
        ) from error


def _faults(kind: Any, value: object, path: str) -> Iterator[tuple[str, str]]:
    """Find the innermost parts of a value that are not of their type, with their full names."""
    reason = _why_not(kind, value)
    if reason is None:
        return
    before = True
    for name, part_kind, part in _parts(kind, value):
        for fault in _faults(part_kind, part, f"{path}.{name}" if path else name):
            before = False
            yield fault
    if before:
        yield path, reason


def _why_not(kind: Any, value: object) -> str | None:
    import msgspec

    try:
        msgspec.convert(value, kind, dec_hook=_read_other)
    except msgspec.ValidationError as error:
        reason = str(error).split(" - at `$")[0]
        return reason[:1].lower() + reason[1:]
    except RecursionError:
        return "nested too deeply"
    except UnicodeError:  # where a text stands that is not even to be held against its type
        return f"found half of a character (a lone surrogate) in {value!r:.80}"
    return None


def _parts(kind: Any, value: object) -> Iterator[tuple[str, Any, object]]:
    """Take a value apart as its type says: fields, values of a mapping, items of a list."""
    kind = _not_none(kind)
    outer, inner = get_origin(kind), get_args(kind)
    if isinstance(value, Mapping) and dataclasses.is_dataclass(kind) and isinstance(kind, type):
        for name, field_kind in get_type_hints(kind).items():
            if name in value:
                yield name, field_kind, value[name]
    elif isinstance(value, Mapping) and outer in (dict, Mapping):
        yield from ((str(key), inner[1], item) for key, item in value.items())
    elif isinstance(value, list) and outer in (list, tuple, Sequence):
        yield from ((str(at), inner[0], item) for at, item in enumerate(value))


def _read_other(kind: type, value: object) -> object:
    """Read what JSON has no type of its own for: a path, or what is left as it is."""
    if kind is object:
        return value
    if kind is not Path or not isinstance(value, str):
        raise TypeError(f"expected `{kind.__name__}`, got `{type(value).__name__}`")
    return Path(value)


def _not_none(kind: Any) -> Any:
    """Take the one type of ``X | None``."""
    if get_origin(kind) in (Union, UnionType):
        others = [other for other in get_args(kind) if other is not NoneType]
        return others[0] if len(others) == 1 else kind
    return kind
