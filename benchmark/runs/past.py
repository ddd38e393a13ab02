"""What became of a system in processes before this one, where a crash was borne and it goes on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmark.runs.entries import ClipEntry
from benchmark.runs.folds import Batch
from benchmark.runs.ledger import LedgerView


@dataclass(slots=True)
class Past:
    """What a system did since its command began; of what was done before that, the ledger tells.

    Attributes:
        captioned: folds and clips that have captions.
        failed: folds and clips that have none, and are not asked for again.
        torn: folds and numbers of the batches in which a process ended: their clips come one by
            one.
        n_late: calls in a row that were killed because they ran out of time.
    """

    captioned: list[tuple[int, str]] = field(default_factory=list)
    failed: list[tuple[int, str]] = field(default_factory=list)
    torn: list[tuple[int, int]] = field(default_factory=list)
    n_late: int = 0

    def note(self, entry: ClipEntry) -> ClipEntry:
        """Take in what came of a clip; return it with the call that was lost counted."""
        clip = entry.fold, entry.clip_id
        if entry.state != "timeout":
            self.n_late = 0
        (self.captioned if entry.is_captioned else self.failed).append(clip)
        if (entry.fold, entry.batch) not in self.torn:
            return entry
        return dataclasses.replace(entry, n_tries=entry.n_tries + 1)

    def tear(self, batch: Batch) -> None:
        """Have the clips of a batch come one by one."""
        self.torn.append((batch.fold, batch.number))

    def is_torn(self, batch: Batch) -> bool:
        return (batch.fold, batch.number) in self.torn

    def n_failed(self, fold: int) -> int:
        return sum(each == fold for each, _ in self.failed)

    def left_of(self, batches: Sequence[Batch], view: LedgerView) -> list[Batch]:
        """List what is still to be captioned of a fold's batches."""
        return list(self._left_of(batches, view))

    def _left_of(self, batches: Sequence[Batch], view: LedgerView) -> Iterator[Batch]:
        over = {*self.captioned, *self.failed}
        for batch in batches:
            left = [clip_id for clip_id in batch.clip_ids if (batch.fold, clip_id) not in over]
            if not left or view.has_captions_of(batch):
                continue
            if not self.is_torn(batch):
                yield batch
                continue
            for clip_id in left:
                alone = dataclasses.replace(batch, clip_ids=(clip_id,))
                if not view.has_captions_of(alone):
                    yield alone
