"""JSON as types, and the one way to write and parse it: no number in it is none."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
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


def parse_json(text: str | bytes) -> Any:
    """Parse JSON as ``json.loads`` does, but to what ``spell_json`` can have written.

    Other programs write NaN, Infinity and 1e999: ``None`` here, numbers that nobody knows.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    return json.loads(text, parse_constant=lambda _: None, parse_float=_known_number)


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
