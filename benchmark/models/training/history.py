"""What the epochs of a training came to, and which one was the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Epoch:
    """What an epoch came to, or has come to so far.

    Attributes:
        n_steps: batches that were seen, those that held nothing to learn from included.
        n_items: what had a loss: tokens, triplets.
        loss_sum: of all items, in training mode.
        seconds: spent on steps; validation and checkpoints are not counted.
        validation_loss: without dropout; None without held-out items.
    """

    n_steps: int = 0
    n_items: int = 0
    loss_sum: float = 0.0
    seconds: float = 0.0
    validation_loss: float | None = None

    @property
    def train_loss(self) -> float | None:
        """The mean loss of an item; None where there was none."""
        return self.loss_sum / self.n_items if self.n_items else None

    @property
    def items_per_second(self) -> float:
        return self.n_items / self.seconds if self.seconds else 0.0

    def record(self) -> dict[str, int | float | None]:
        """Return what ``history.json`` says of the epoch."""
        return {
            "n_items": self.n_items,
            "train_loss": self.train_loss,
            "validation_loss": self.validation_loss,
            "seconds": self.seconds,
            "items_per_second": self.items_per_second,
        }


def best_epoch(history: Sequence[Epoch]) -> int:
    """Return the first epoch of the lowest validation loss, from 0; without losses the last."""
    losses = [epoch.validation_loss for epoch in history if epoch.validation_loss is not None]
    return losses.index(min(losses)) if losses else len(history) - 1
