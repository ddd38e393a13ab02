"""JSON as types: what a file may hold before anybody knows what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
"""A value that ``json.dumps`` can spell: tuples are lists to it."""

JsonObject = Mapping[str, Json]
"""An object of JSON: what a record is before it is read, and once it is spelled out."""
