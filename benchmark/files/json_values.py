"""JSON as types, and the one way to write it: no number in it is none."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

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


def _without_strange_numbers(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _without_strange_numbers(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_strange_numbers(part) for part in value]
    return value
