"""Reads JSON, with an error that says what is wrong in which file."""

from __future__ import annotations

from pathlib import Path

from benchmark.errors import RunError
from benchmark.files.json_values import JsonObject, parse_json
from benchmark.files.regular import read_regular

_CURE = "The file was changed by something else; restore it, or make it anew."


def read_json(path: Path) -> JsonObject:
    """Read a file that holds one JSON object.

    Raises:
        RunError: it cannot be read, or holds something else.
    """
    try:
        record: object = parse_json(read_regular(path).decode())
    except OSError as error:
        raise RunError(
            f"cannot read {path}: {error.strerror or error}. Mend that, or name another file."
        ) from error
    except ValueError as error:
        raise RunError(f"cannot read {path}: {error}. {_CURE}") from error
    if not isinstance(record, dict):
        kind = type(record).__name__
        raise RunError(f"cannot read {path}: expected a JSON object, found {kind}. {_CURE}")
    return record
