"""The append-only record of a run: one JSON line per clip, on disk before the next batch.

Nothing is ever rewritten. When a failed clip is tried again its new line follows the old one,
and the last line of a clip counts. A line that a crash cut short is dropped on reopening.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from benchmark.contract import Fact
from benchmark.errors import MachineError, RunError

State = Literal["ok", "empty", "error", "timeout"]
CAPTIONED: tuple[State, ...] = ("ok", "empty")


@dataclass(frozen=True, slots=True)
class ClipRow:
    """What one system said about one clip, or why it did not.

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


@dataclass(frozen=True, slots=True)
class PrepareRow:
    """One system getting ready: how long it took, or why it failed.

    Attributes:
        trained_on: what its captioner says its weights have seen; None where it says nothing.
        facts: what its captioner says of how it was prepared, as of the last such row.
    """

    system: str
    fold: int
    prepare_s: float
    error: str | None = None
    traceback: str | None = None
    trained_on: tuple[str, ...] | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One clip captioned once more, alone and with every cache off, for its time.

    Attributes:
        is_same: the caption equals the quality pass's; a profile of other captions is void.
        is_embedded: the clip's embedding came from a file, so that no encoder was timed.
        stages: seconds of the call by stage; what they do not cover is nobody's.
        reading: seconds by stage before the call: decoding, resampling.
        calibration_s: of the fixed work that was timed right after the call; None in rows of
            before it was.
        machine: hash of the machine that did it; ``MachineRow`` says more.
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
class MachineRow:
    """The machine that wrote the rows before this one.

    Attributes:
        machine: what it is, its hash included; see ``profiling.machine``.
        peak_rss_mib: the most memory that the process had held; None where nobody can tell.
    """

    machine: Mapping[str, Fact]
    peak_rss_mib: float | None = None


Row = ClipRow | PrepareRow | ProfileRow | MachineRow
_KINDS: dict[str, type[Row]] = {
    "clip": ClipRow,
    "prepare": PrepareRow,
    "profile": ProfileRow,
    "machine": MachineRow,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


class Ledger:
    """Writes rows to one file; every ``append`` is on disk when it returns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            _drop_torn_line(path)
            self._file = path.open("ab")
        except OSError as error:
            raise _unwritable(path, error) from error

    def append(self, rows: Sequence[Row]) -> None:
        """Write rows and wait until the disk has them.

        Raises:
            MachineError: the disk is full or the file cannot be written; rows of earlier
                calls are safe.
        """
        text = "".join(_encode(row) + "\n" for row in rows)
        try:
            self._file.write(text.encode())
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def close(self) -> None:
        try:
            self._file.close()
        except OSError as error:  # the write that failed is still in the buffer
            raise _unwritable(self.path, error) from error

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            self.close()
        except MachineError:
            if error is None:
                raise


@dataclass(frozen=True, slots=True)
class LedgerView:
    """What a ledger says once the last line of each clip counts.

    A system that got ready once and failed to later stands in ``prepared`` as it was ready.
    """

    clips: dict[tuple[str, int, str], ClipRow]
    prepared: dict[tuple[str, int], PrepareRow]
    profiled: dict[tuple[str, str], ProfileRow] = field(default_factory=dict)
    machines: list[MachineRow] = field(default_factory=list)

    def prepared_rows(self, system: str) -> list[PrepareRow]:
        """List how a system got ready, by fold."""
        return [row for (name, _), row in sorted(self.prepared.items()) if name == system]

    def profiled_rows(self, system: str) -> list[ProfileRow]:
        """List a system's timed calls, in their order."""
        return [row for (name, _), row in self.profiled.items() if name == system]

    def rows(self, system: str, fold: int | None = None) -> list[ClipRow]:
        """List a system's rows, sorted by fold and clip."""
        return [
            row
            for key, row in sorted(self.clips.items())
            if row.system == system and fold in (None, key[1])
        ]


def read_ledger(path: Path) -> LedgerView:
    """Read a ledger; an unfinished last line is ignored.

    Raises:
        RunError: a line in the middle is not a ledger row.
    """
    clips: dict[tuple[str, int, str], ClipRow] = {}
    prepared: dict[tuple[str, int], PrepareRow] = {}
    profiled: dict[tuple[str, str], ProfileRow] = {}
    machines: list[MachineRow] = []
    for row in _rows(path):
        match row:
            case ClipRow():
                clips[row.system, row.fold, row.clip_id] = row
            case PrepareRow():
                last = prepared.get((row.system, row.fold))
                if row.error is None or last is None or last.error is not None:
                    prepared[row.system, row.fold] = row
            case ProfileRow():
                profiled[row.system, row.clip_id] = row
            case MachineRow():
                machines.append(row)
    return LedgerView(clips, prepared, profiled, machines)


def content_key(parts: Iterable[str]) -> str:
    """Hash what a caption depends on; 32 hex digits."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]


def _rows(path: Path) -> Iterator[Row]:
    if not path.exists():
        return
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.endswith(b"\n"):
                yield _decode(path, number, line)


def _encode(row: Row) -> str:
    record: dict[str, Any] = {"row": _NAMES[type(row)], **dataclasses.asdict(row)}
    if record.get("error", "") is None:
        del record["error"]
        record.pop("traceback", None)
    return json.dumps(record, ensure_ascii=True)  # ASCII, so no text can break a line


def _decode(path: Path, number: int, line: bytes) -> Row:
    try:
        record = json.loads(line)
        if record.get("trained_on") is not None:
            record["trained_on"] = tuple(record["trained_on"])
        return _KINDS[record.pop("row")](**record)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(
            f"{path}, line {number}: {line[:80]!r} is not a ledger row ({error!r}). "
            "The file was changed by something else; restore it, or start a new run."
        ) from error


def _drop_torn_line(path: Path) -> None:
    """Cut off what follows the last line end: a crash stopped the write there."""
    if not path.is_file():
        return
    with path.open("rb+") as file:
        content = file.read()
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            file.truncate(whole)


def _unwritable(path: Path, error: OSError) -> MachineError:
    return MachineError(
        f"cannot write {path}: {error.strerror or error}. Captions written before are safe; free "
        f"some space or mend the permissions, then `bench run --resume {path.parent}`."
    )
