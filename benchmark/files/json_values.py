"""JSON as types, and the one way to write and parse it: no number in it is none."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
"""A value that ``json.dumps`` can spell: tuples are lists to it."""

JsonObject = Mapping[str, Json]
"""An object of JSON: what a record is before it is read, and once it is spelled out."""


def spell_json(
    value: object,
    *,
    indent: int | None = None,
    sort_keys: bool = False,
    separators: tuple[str, str] | None = None,
    ensure_ascii: bool = True,
) -> str:
    """Spell what JSON can hold, as ``json.dumps`` does.

    JSON has neither NaN nor infinity, and most programs refuse a file with one: here they are
    ``null``, a number that nobody knows.
    """

    def spell(content: object) -> str:
        return json.dumps(
            content,
            indent=indent,
            sort_keys=sort_keys,
            separators=separators,
            ensure_ascii=ensure_ascii,
            allow_nan=False,
        )

    try:
        return spell(value)
    except ValueError:  # rare, so that only then everything is looked through
        return spell(_without_strange_numbers(value))


Pairs = Callable[[list[tuple[str, Any]]], Any]  # values are whatever stood in the text


def parse_json(text: str | bytes, *, object_of: Pairs | None = None) -> Any:
    """Parse JSON as ``json.loads`` does, but to what ``spell_json`` can have written.

    Other programs write NaN, Infinity and 1e999: ``None`` here, numbers that nobody knows.

    Args:
        text: UTF-8 where it is bytes.
        object_of: makes an object of its names and values, in their order; else a dict.

    Raises:
        ValueError: it is no JSON, is nested too deeply, or holds a whole number of too many
            digits.
    """
    try:
        return json.loads(
            text,
            parse_constant=lambda _: None,
            parse_float=_known_number,
            object_pairs_hook=object_of,
        )
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except (json.JSONDecodeError, UnicodeError):
        raise
    except ValueError as error:  # Python's own limit, told in words for programmers
        raise ValueError("a whole number of too many digits") from error


def _known_number(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _without_strange_numbers(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _without_strange_numbers(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_strange_numbers(part) for part in value]
    return value
