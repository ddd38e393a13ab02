"""Reads JSON, with an error that says what is wrong in which file."""

from __future__ import annotations

import json
from pathlib import Path

from benchmark.errors import RunError
from benchmark.files.json_values import JsonObject


def read_json(path: Path) -> JsonObject:
    """Read a file that holds one JSON object.

    Raises:
        RunError: it cannot be read, or holds something else.
    """
    try:
        record: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"cannot read {path}: {error}") from error
    if not isinstance(record, dict):
        raise RunError(f"cannot read {path}: expected a JSON object.")
    return record
