"""The append-only record of a run: one JSON line per clip, on disk before the next batch.

Nothing is ever rewritten. When a failed clip is tried again its new line follows the old one,
and the last line of a clip counts. A line that a crash cut short is dropped on reopening.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmark.errors import PluginError, why_unwritable
from benchmark.files import GrowingFile
from benchmark.runs.entries import (
    CAPTIONED,
    ChangeEntry,
    ClipEntry,
    Entry,
    MachineEntry,
    PrepareEntry,
    TimedEntry,
)
from benchmark.runs.folds import Batch
from benchmark.runs.lines import read_line, write_line
from benchmark.runs.seals import Digest


@dataclass(frozen=True, slots=True)
class LedgerView:
    """What a ledger says once the last entry of each clip counts.

    A system that got ready once and failed to later stands in ``prepared`` as it was ready.

    Attributes:
        clips: by system, fold and clip.
        prepared: by system and fold.
        timed: by system and clip.
        machines: in the order they were noted.
        digest: of the file, kept up as it grows, so that sealing it reads nothing.
    """

    clips: dict[tuple[str, int, str], ClipEntry] = field(default_factory=dict)
    prepared: dict[tuple[str, int], PrepareEntry] = field(default_factory=dict)
    timed: dict[tuple[str, str], TimedEntry] = field(default_factory=dict)
    machines: list[MachineEntry] = field(default_factory=list)
    digest: Digest = field(default_factory=Digest, compare=False)

    def add(self, entry: Entry) -> None:
        """Take in the next entry."""
        match entry:
            case ClipEntry():
                self.clips[entry.system, entry.fold, entry.clip_id] = _without_torn_text(entry)
            case PrepareEntry():
                last = self.prepared.get((entry.system, entry.fold))
                if entry.error is None or last is None or last.error is not None:
                    self.prepared[entry.system, entry.fold] = entry
            case TimedEntry():
                self.timed[entry.system, entry.clip_id] = entry
            case MachineEntry():
                self.machines.append(entry)
            case ChangeEntry():
                self._forget(entry.system)

    def _forget(self, system_name: str) -> None:
        """Let nothing count of a system that was another one."""
        for clip in [key for key in self.clips if key[0] == system_name]:
            del self.clips[clip]
        for fold in [key for key in self.prepared if key[0] == system_name]:
            del self.prepared[fold]
        for timed in [key for key in self.timed if key[0] == system_name]:
            del self.timed[timed]

    def has_clips_of(self, system_name: str) -> bool:
        """Tell whether a system was called for any clip."""
        return any(name == system_name for name, _, _ in self.clips)

    def has_captions_of(self, batch: Batch) -> bool:
        """Tell whether every clip of a batch has a caption."""
        entries = [
            self.clips.get((batch.system_name, batch.fold, clip_id)) for clip_id in batch.clip_ids
        ]
        return all(entry is not None and entry.state in CAPTIONED for entry in entries)

    def entries(self, system_name: str, fold: int | None = None) -> list[ClipEntry]:
        """List a system's clips, sorted by fold and clip; those of one fold if it is given."""
        chosen = (
            (key, entry)
            for key, entry in self.clips.items()
            if key[0] == system_name and fold in (None, key[1])
        )
        return [entry for _, entry in sorted(chosen, key=lambda pair: pair[0])]

    def prepared_entries(self, system_name: str) -> list[PrepareEntry]:
        """List how a system got ready, by fold."""
        chosen = ((key, entry) for key, entry in self.prepared.items() if key[0] == system_name)
        return [entry for _, entry in sorted(chosen, key=lambda pair: pair[0])]

    def timed_entries(self, system_name: str) -> list[TimedEntry]:
        """List a system's timed calls, in their order."""
        return [entry for (name, _), entry in self.timed.items() if name == system_name]


def _without_torn_text(entry: ClipEntry) -> ClipEntry:
    """Take a caption that no file can hold, which earlier versions let in, for a failed one."""
    reason = entry.caption and why_unwritable(entry.caption)
    return entry.failed(PluginError(f"the caption {reason}")) if reason else entry


class Ledger:
    """Writes entries to one file; every ``extend`` is on disk when it returns.

    Attributes:
        path: the file; what it held before is read once, on opening.
        view: all that it holds, kept in memory as it grows.
    """

    def __init__(self, path: Path, before_growth: Callable[[], object] | None = None) -> None:
        """Open a file, or begin one.

        Args:
            path: the file.
            before_growth: called once, before the first entry is added.

        Raises:
            MachineError: the file cannot be written.
            RunError: a line of it is no entry.
        """
        self.path = path
        self.view = LedgerView()
        self._before_growth = before_growth
        self._file = GrowingFile(
            path,
            "Captions written before are safe; free some space or mend the permissions, then "
            f"`bench run --resume {path.parent}`.",
        )
        content = self._file.content()
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:  # a crash stopped the write there
            self._file.cut(len(whole))
        self.view.digest.add(whole)
        try:
            _fill(self.view, whole, path)
        except BaseException:
            self._file.close()
            raise

    def extend(self, entries: Sequence[Entry], /) -> None:
        """Write entries and wait until the disk has them.

        Raises:
            MachineError: the disk is full or the file cannot be written; entries of earlier
                calls are safe.
        """
        if self._before_growth is not None:
            self._before_growth()
            self._before_growth = None
        lines = b"".join(map(write_line, entries))
        self._file.add(lines)
        self.view.digest.add(lines)
        for entry in entries:
            self.view.add(entry)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_ledger(path: Path) -> LedgerView:
    """Read a ledger; an unfinished last line is ignored, and no file is an empty ledger.

    Raises:
        RunError: a line in the middle is no entry, or a part of it has a wrong type.
    """
    view = LedgerView()
    content = path.read_bytes() if path.exists() else b""
    view.digest.add(content)
    _fill(view, content[: content.rfind(b"\n") + 1], path)
    return view


def _fill(view: LedgerView, content: bytes, path: Path) -> None:
    """Take in whole lines."""
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        view.add(read_line(line, path, number))
