"""Random structural edits of files of JSON: parts dropped, replaced, wrapped, doubled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

DEEP = "DEEP"
"""Stands for lists in lists, 100,000 deep, which no JSON library of Python writes."""

VALUES: list[Any] = [
    *(None, True, 0, -1, 1.5, 2**63, 10**400, float("nan"), float("inf"), 1e300),
    *("", "x", "\ud800", "2", [], [[]], [None], ["x", 1], {}, {"a": 1}, {"": None}, DEEP),
]

Place = tuple[str | int, ...]


def list_places(content: Any, path: Place = ()) -> Iterator[Place]:
    """List where something stands in JSON; of long lists the first three items."""
    yield path
    if isinstance(content, dict):
        for key, part in content.items():
            yield from list_places(part, (*path, key))
    elif isinstance(content, list):
        for index, part in enumerate(content[:3]):
            yield from list_places(part, (*path, index))


def edit_once(content: Any, rng: Random) -> tuple[Any, Place]:
    """Change one part of JSON in place; return what there is now, and where it was changed."""
    place = rng.choice(list(list_places(content)))
    if not place:
        return rng.choice(VALUES), place
    *above, key = place
    parent = content
    for step in above:
        parent = parent[step]
    match rng.choice(["drop", "replace", "replace", "replace", "wrap", "double"]):
        case "drop":
            del parent[key]
        case "replace":
            parent[key] = rng.choice(VALUES)
        case "wrap":
            parent[key] = rng.choice([[parent[key]], {"a": parent[key]}])
        case "double" if isinstance(parent, list):
            parent.append(parent[key])
        case "double":
            parent[f"{key} again"] = parent[key]
    return content, place


def spell(content: Any) -> str:
    return json.dumps(content).replace(json.dumps(DEEP), "[" * 100_000 + "]" * 100_000)


def edit_file(path: Path, rng: Random) -> Place:
    """Edit a JSON file, or one line of a ledger; return where."""
    if path.suffix == ".json":
        content, place = edit_once(json.loads(path.read_text()), rng)
        path.write_text(spell(content))
        return place
    lines = path.read_text().splitlines()
    at = rng.randrange(len(lines))
    content, place = edit_once(json.loads(lines[at]), rng)
    path.write_text("\n".join([*lines[:at], spell(content), *lines[at + 1 :]]) + "\n")
    return place
