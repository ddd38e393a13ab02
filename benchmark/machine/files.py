"""Files written whole or not at all, and JSON read with a word on what is wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from benchmark.errors import MachineError, RunError


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all, and wait until the disk has it; its folders are made.

    Raises:
        MachineError: the place cannot be written.
    """
    partial = path.with_suffix(path.suffix + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error


def read_json(path: Path) -> dict[str, Any]:
    """Read a file that holds one JSON object.

    Raises:
        RunError: it cannot be read, or holds something else.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"cannot read {path}: {error}") from error
    if not isinstance(record, dict):
        raise RunError(f"cannot read {path}: expected a JSON object.")
    return record


def unwritable(path: Path, error: OSError) -> MachineError:
    """Say that a path cannot be written, and what helps."""
    return MachineError(
        f"cannot write {path}: {error.strerror or error}. "
        "Free some space, mend the permissions, or name another place with --out."
    )
