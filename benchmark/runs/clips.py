"""The clips of a run, as captioners are fed them."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.contract import Split
from benchmark.runs.folds import Batch, fold_clip_ids
from benchmark.runs.listening import Listener
from benchmark.runs.plan import Feeding
from benchmark.systems.registry import System


@dataclass(frozen=True, slots=True)
class Clips:
    """Clips of one split, and how they are fed.

    Attributes:
        listener: reads them.
        clip_ids: which ones, sorted.
        feeding: how.
    """

    listener: Listener
    clip_ids: tuple[str, ...]
    feeding: Feeding

    @property
    def split(self) -> Split:
        return self.listener.split

    def of_fold(self, system: System, fold: int) -> list[str]:
        """List the clips that a system captions on one of its folds."""
        return fold_clip_ids(system, self.split, self.clip_ids, fold)

    def batches(self, system: System, fold: int) -> list[Batch]:
        """Cut the clips of a fold into calls."""
        clip_ids, size = self.of_fold(system, fold), self.feeding.batch_size
        return [
            Batch(system.name, fold, number, tuple(clip_ids[start : start + size]))
            for number, start in enumerate(range(0, len(clip_ids), size))
        ]
