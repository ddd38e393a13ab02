"""Entries as lines of JSON, every type checked on the way back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmark.errors import RunError
from benchmark.files import JsonObject, parse_json, spell_json
from benchmark.machine.typed_json import read_as
from benchmark.runs.entries import (
    ChangeEntry,
    ClipEntry,
    Entry,
    MachineEntry,
    PrepareEntry,
    TimedEntry,
)
from benchmark.systems.explaining import Explained

# The names in the file are older than those of the classes, and stay.
_KINDS: dict[str, type[Entry]] = {
    "clip": ClipEntry,
    "prepare": PrepareEntry,
    "profile": TimedEntry,
    "machine": MachineEntry,
    "change": ChangeEntry,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class _Kind:
    row: str


def write_line(entry: Entry) -> bytes:
    """Spell an entry as one line of a ledger, its end included."""
    name = _NAMES[type(entry)]
    record: dict[str, object] = {"row": name}
    if isinstance(entry, MachineEntry):  # the one that holds more than plain values
        record |= dataclasses.asdict(entry)
    else:
        record |= {field: getattr(entry, field) for field in _field_names(name)}
    if record.get("error", "") is None:
        del record["error"]
        record.pop("traceback", None)
    if not record.get("versions", True):
        del record["versions"]
    if isinstance(entry, ClipEntry):
        del record["explained"]
        if entry.n_tries == 1:
            del record["n_tries"]
        if entry.explained is not None:
            record["explained"] = _spell_explained(entry.explained)
    return f"{spell_json(record, ensure_ascii=True)}\n".encode()  # ASCII: no text breaks a line


def _spell_explained(explained: Explained) -> JsonObject:
    """Spell what a caption leaned on, or why nobody knows."""
    if explained.error is None:
        return {"evidence": explained.spell_evidence()}
    return {"error": explained.error, "traceback": explained.traceback}


@cache
def _field_names(name: str) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(_KINDS[name]))


def read_line(line: bytes, path: Path, number: int) -> Entry:
    """Read back what ``write_line`` gave, every type checked.

    Args:
        line: of a ledger.
        path: of the ledger, for messages.
        number: of the line in it, for messages.

    Raises:
        RunError: it is no entry, or a part of it has another type than it must have.
    """
    import msgspec

    try:
        kind: type = _KINDS[_decoder(_Kind)(line).row]
        entry: Entry = _decoder(kind)(line)
    except (msgspec.MsgspecError, ValueError, KeyError, RecursionError):
        entry = _read_slowly(line, f"{path}, line {number}")
    if isinstance(entry, ClipEntry) and (reason := entry.contradiction):
        raise RunError(
            f"{path}, line {number}: clip {entry.clip_id!r} of {entry.system!r}: {reason}. The "
            "file was changed by something else; restore it, or start a new run."
        )
    return entry


@cache
def _decoder(kind: type) -> Callable[[bytes], Any]:
    """Build the fast decoder of a kind of entry, or of an entry's kind alone."""
    import msgspec

    return msgspec.json.Decoder(kind).decode


def _read_slowly(line: bytes, where: str) -> Entry:
    """Read what the fast decoder refuses: half a surrogate in a name, or what is wrong."""
    try:
        record = parse_json(line)
        kind = _KINDS[record["row"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunError(
            f"{where}: {line[:80]!r} is not a ledger entry ({error!r}). "
            "The file was changed by something else; restore it, or start a new run."
        ) from error
    return read_as(kind, record, where)
