"""Where a system is on its way through a run, and what is noted where its process ends there."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from benchmark.contract import Resources
from benchmark.errors import PluginError
from benchmark.runs.entrants import Entrant
from benchmark.runs.entries import ClipEntry, Entry
from benchmark.runs.folds import Batch
from benchmark.runs.ledger import LedgerView
from benchmark.systems.calling import CallTimeoutError
from benchmark.systems.registry import System

Phase = Literal["starting", "preparing", "captioning", "ending", "timing"]
_WORDS: dict[Phase, str] = {
    "starting": "while starting",
    "preparing": "while preparing",
    "captioning": "while captioning",
    "ending": "after the last clip",
    "timing": "while being timed",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """What a system is doing.

    Attributes:
        phase: of its way through the run.
        batch: what it captions, if it does.
        limit_s: seconds after which it must be at something else; None: nobody knows.
    """

    phase: Phase
    batch: Batch | None = None
    limit_s: float | None = None

    def __str__(self) -> str:
        return _WORDS[self.phase] if self.batch is None else f"at clip {self.batch.clip_ids[0]!r}"


Tell = Callable[[Moment], None]
"""Hears what a system is about to do."""


class Book(Protocol):
    """Where the entries of a system go, with those of before: a ledger, or the way to one."""

    @property
    def view(self) -> LedgerView:
        """All that the book holds."""

    def extend(self, entries: Sequence[Entry], /) -> None:
        """Take entries; they are kept when this returns."""


class CrashError(PluginError):
    """A system's code ended, or would have ended, the process that it ran in."""


def note_crash(
    system: System,
    resources: Resources,
    moment: Moment,
    error: CrashError | CallTimeoutError,
    book: Book,
    *,
    n_tries: int = 1,
) -> str:
    """Note what a system was at when its process ended; captions that are in the book stay.

    Args:
        system: whose process it was.
        resources: its own, of any fold.
        moment: what it was at.
        error: how it ended.
        book: takes the clips that have no caption by that.
        n_tries: calls that these went through.

    Returns:
        Why it stopped.
    """
    crashed = "crashed: " if isinstance(error, CrashError) else ""
    batch = moment.batch
    if batch is None or book.view.has_captions_of(batch):
        after = f"after clip {batch.clip_ids[-1]!r}" if batch else str(moment)
        return f"{after}: {crashed}{error}"
    entrant = Entrant(system, dataclasses.replace(resources, fold=batch.fold))
    key = entrant.key_of("crashed")
    lost = [
        ClipEntry.unread(batch, clip_id, key, PluginError()).failed(error)
        for clip_id in batch.clip_ids
    ]
    book.extend([dataclasses.replace(entry, n_tries=n_tries) for entry in lost])
    return f"{moment}: {crashed}{error}"
