"""What a ledger holds: one entry for each clip captioned, system got ready, call timed."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from benchmark.contract import Fact
from benchmark.errors import BenchError, describe, trace_of
from benchmark.machine.fingerprint import Machine
from benchmark.runs.folds import Batch
from benchmark.systems.calling import CallTimeoutError
from benchmark.systems.explaining import Explained

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
        explained: what the caption leaned on; None where nobody asked, or its system cannot say.
        n_tries: calls that this clip went through; the last one is the one noted.
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
    explained: Explained | None = None
    n_tries: int = 1

    @property
    def contradiction(self) -> str | None:
        """Say in what state and caption do not go together; None where they do."""
        if self.caption is None:
            return (
                f"its caption is null and its state {self.state!r}" if self.is_captioned else None
            )
        if self.is_captioned and self.state == state_of(self.caption):
            return None
        return f"its state is {self.state!r}, and its caption {self.caption[:40]!r}"

    @property
    def is_captioned(self) -> bool:
        return self.state in CAPTIONED

    @staticmethod
    def given(system_name: str, clip_id: str, caption: str, key: str) -> ClipEntry:
        """Note a caption that came from elsewhere, so that no captioner was called."""
        return ClipEntry(
            system=system_name,
            fold=0,
            clip_id=clip_id,
            state=state_of(caption),
            caption=caption,
            key=key,
            batch=0,
            batch_size=1,
            read_s=0.0,
            caption_s=0.0,
            audio_s=0.0,
        )

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
            traceback=trace_of(error),
        )

    def failed(self, error: Exception) -> ClipEntry:
        """Note what was raised instead of a caption."""
        return dataclasses.replace(
            self,
            state="timeout" if isinstance(error, CallTimeoutError) else "error",
            caption=None,
            error=describe(error),
            traceback=trace_of(error),
        )


@dataclass(frozen=True, slots=True)
class PrepareEntry:
    """One system getting ready: how long it took, or why it failed.

    Attributes:
        trained_on: what its captioner says its weights have seen; None where it says nothing.
        facts: what its captioner says of how it was prepared, as of the last such entry.
        versions: of the libraries that were imported once it was ready.
    """

    system: str
    fold: int
    prepare_s: float
    error: str | None = None
    traceback: str | None = None
    trained_on: tuple[str, ...] | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    def failed(self, error: Exception) -> PrepareEntry:
        """Note what was raised instead of a captioner."""
        return dataclasses.replace(self, error=describe(error), traceback=trace_of(error))

    def after(self, ahead_s: float) -> PrepareEntry:
        """Count in the seconds that getting ready took before, in another process."""
        return dataclasses.replace(self, prepare_s=self.prepare_s + ahead_s)


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


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """A system is not what it was: its entries before this one are of another, and do not count.

    Attributes:
        changes: what changed, in a few words each.
    """

    system: str
    changes: tuple[str, ...]


Entry = ClipEntry | PrepareEntry | TimedEntry | MachineEntry | ChangeEntry


def state_of(caption: str | None) -> State:
    """Tell a caption from one of no words."""
    return "ok" if caption and caption.strip() else "empty"


def content_key(parts: Iterable[str]) -> str:
    """Hash what a caption depends on; 32 hex digits."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]
