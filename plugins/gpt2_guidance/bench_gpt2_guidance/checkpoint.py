"""The state of a training after an epoch, in one file that is whole or not there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from benchmark import MachineError


@dataclass(frozen=True, slots=True)
class Epoch:
    """What an epoch came to.

    Attributes:
        n_triplets: how many anchors had a positive and a negative.
        train_loss: the mean of their losses, with dropout; None where there were none.
        validation_loss: over fixed triplets of held-out clips, without dropout; None without any.
    """

    n_triplets: int
    train_loss: float | None
    validation_loss: float | None

    def __str__(self) -> str:
        losses = {"loss": self.train_loss, "validation": self.validation_loss}
        known = (f"{name} {loss:.4f}" for name, loss in losses.items() if loss is not None)
        return ", ".join(known) or "no triplet"


def best_epoch(history: Sequence[Epoch]) -> int:
    """Return the first epoch of the lowest validation loss, from 0; without losses the last."""
    losses = [epoch.validation_loss for epoch in history if epoch.validation_loss is not None]
    return losses.index(min(losses)) if losses else len(history) - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All that training needs to go on.

    Attributes:
        history: the epochs so far.
        best: the weights of the best one.
        network: the weights of the last one.
        optimizer: its state.
    """

    history: Sequence[Epoch]
    best: dict[str, Tensor]
    network: dict[str, Tensor]
    optimizer: dict[str, Any]

    def write(self, path: Path) -> None:
        """Replace the file at once.

        Raises:
            OSError: it cannot be written.
        """
        state = {
            "history": [asdict(epoch) for epoch in self.history],
            "best": self.best,
            "network": self.network,
            "optimizer": self.optimizer,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}-{os.getpid()}")
        torch.save(state, partial)
        partial.replace(path)

    @classmethod
    def read(cls, path: Path) -> Checkpoint:
        """Read a file; only tensors and plain values are admitted, no code of it is run.

        Raises:
            MachineError: it is damaged.
        """
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            history = [Epoch(**epoch) for epoch in state["history"]]
            return cls(history, state["best"], state["network"], state["optimizer"])
        except Exception as error:  # a damaged archive fails in many ways
            raise MachineError(
                f"the checkpoint {path} cannot be read: {error}. Delete it; training then starts "
                "anew."
            ) from error
