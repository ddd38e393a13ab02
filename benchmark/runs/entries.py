"""What a ledger holds: one entry for each clip captioned, system got ready, call timed."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from benchmark.contract import Fact
from benchmark.errors import BenchError, RunError, describe
from benchmark.machine.fingerprint import Machine
from benchmark.machine.typed_json import read_as
from benchmark.runs.folds import Batch
from benchmark.systems.calling import CallTimeoutError

State = Literal["ok", "empty", "error", "timeout"]
CAPTIONED: tuple[State, ...] = ("ok", "empty")


@dataclass(frozen=True, slots=True)
class ClipEntry:
    """One system's caption of one clip, or why there is none.

    Attributes:
        system: canonical name.
        fold: leave-one-out fold; 0 for everything but leave-one-out systems.
        clip_id: the clip.
        state: ``empty`` is a caption of no words: legal, scored, counted. ``error`` and
            ``timeout`` are no captions and are never scored.
        caption: the text, None for ``error`` and ``timeout``.
        key: hash of all that the caption depends on: sound, system, version, options, seed.
        batch: which call of the captioner this clip went through, counted from 0.
        batch_size: clips in that call.
        read_s: seconds to decode and resample this clip; outside the captioner's time.
        caption_s: seconds of the captioner's call, for the whole batch.
        audio_s: length of the clip.
        error: type and message, for ``error`` and ``timeout``.
        traceback: where it was raised.
    """

    system: str
    fold: int
    clip_id: str
    state: State
    caption: str | None
    key: str
    batch: int
    batch_size: int
    read_s: float
    caption_s: float
    audio_s: float
    error: str | None = None
    traceback: str | None = None

    @staticmethod
    def unread(batch: Batch, clip_id: str, key: str, error: BenchError) -> ClipEntry:
        """Note a clip whose sound cannot be read, so that no captioner heard it."""
        return ClipEntry(
            system=batch.system_name,
            fold=batch.fold,
            clip_id=clip_id,
            state="error",
            caption=None,
            key=key,
            batch=batch.number,
            batch_size=len(batch.clip_ids),
            read_s=0.0,
            caption_s=0.0,
            audio_s=0.0,
            error=describe(error),
            traceback=_trace(error),
        )

    def failed(self, error: Exception) -> ClipEntry:
        """Note what was raised instead of a caption."""
        return dataclasses.replace(
            self,
            state="timeout" if isinstance(error, CallTimeoutError) else "error",
            caption=None,
            error=describe(error),
            traceback=_trace(error),
        )


@dataclass(frozen=True, slots=True)
class PrepareEntry:
    """One system getting ready: how long it took, or why it failed.

    Attributes:
        trained_on: what its captioner says its weights have seen; None where it says nothing.
        facts: what its captioner says of how it was prepared, as of the last such entry.
    """

    system: str
    fold: int
    prepare_s: float
    error: str | None = None
    traceback: str | None = None
    trained_on: tuple[str, ...] | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def failed(self, error: Exception) -> PrepareEntry:
        """Note what was raised instead of a captioner."""
        return dataclasses.replace(self, error=describe(error), traceback=_trace(error))


@dataclass(frozen=True, slots=True)
class TimedEntry:
    """One clip captioned once more, alone and with every cache off, for its time.

    Attributes:
        is_same: the caption equals the first one; times of other captions are void.
        is_embedded: the clip's embedding came from a file, so that no encoder was timed.
        stages: seconds of the call by stage; what they do not cover is nobody's.
        reading: seconds by stage before the call: decoding, resampling.
        calibration_s: of the fixed work that was timed right after the call; None in entries of
            before it was.
        machine: hash of the machine that did it; ``MachineEntry`` says more.
        error: what the call raised instead of a caption, type and message.
    """

    system: str
    clip_id: str
    caption_s: float
    audio_s: float
    is_same: bool
    is_embedded: bool = False
    stages: Mapping[str, float] = field(default_factory=dict)
    reading: Mapping[str, float] = field(default_factory=dict)
    calibration_s: float | None = None
    machine: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class MachineEntry:
    """The machine that wrote the entries before this one.

    Attributes:
        machine: what it is, its hash included; see ``machine.fingerprint``.
        peak_rss_mib: the most memory that the process had held; None where nobody can tell.
    """

    machine: Machine
    peak_rss_mib: float | None = None


Entry = ClipEntry | PrepareEntry | TimedEntry | MachineEntry

# The names in the file are older than those of the classes, and stay.
_KINDS: dict[str, type[Entry]] = {
    "clip": ClipEntry,
    "prepare": PrepareEntry,
    "profile": TimedEntry,
    "machine": MachineEntry,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class _Kind:
    row: str


def content_key(parts: Iterable[str]) -> str:
    """Hash what a caption depends on; 32 hex digits."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]


def write_line(entry: Entry) -> bytes:
    """Spell an entry as one line of a ledger, its end included."""
    record: dict[str, object] = {"row": _NAMES[type(entry)], **dataclasses.asdict(entry)}
    if record.get("error", "") is None:
        del record["error"]
        record.pop("traceback", None)
    return f"{json.dumps(record, ensure_ascii=True)}\n".encode()  # ASCII: no text breaks a line


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
        kind: str = _decoder("")(line).row
        entry: Entry = _decoder(kind)(line)
    except (msgspec.MsgspecError, ValueError, KeyError):
        return _read_slowly(line, f"{path}, line {number}")
    return entry


def _trace(error: Exception) -> str:
    return "".join(traceback.format_exception(error))


@cache
def _decoder(kind: str) -> Callable[[bytes], Any]:
    """Build the fast decoder of one kind of entry; of an entry's kind alone for ``""``."""
    import msgspec

    return msgspec.json.Decoder(_KINDS[kind] if kind else _Kind).decode


def _read_slowly(line: bytes, where: str) -> Entry:
    """Read what the fast decoder refuses: half a surrogate in a name, or what is wrong."""
    try:
        record = json.loads(line)
        kind = _KINDS[record["row"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunError(
            f"{where}: {line[:80]!r} is not a ledger entry ({error!r}). "
            "The file was changed by something else; restore it, or start a new run."
        ) from error
    return read_as(kind, record, where)
