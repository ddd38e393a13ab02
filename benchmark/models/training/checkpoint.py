"""The state of a training between two steps, in one file that is whole or not there."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from benchmark.errors import MachineError
from benchmark.models.training.history import Epoch


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All that training needs to go on.

    Attributes:
        history: the epochs that are over.
        epoch: the one that is not.
        network: the trained state as it is.
        best: that of the best epoch so far; empty before the first is over.
        optimizer: its state.
        scheduler: its state; None without one.
    """

    history: list[Epoch]
    epoch: Epoch
    network: dict[str, Tensor]
    best: dict[str, Tensor]
    optimizer: dict[str, Any]
    scheduler: dict[str, Any] | None

    def write(self, path: Path) -> None:
        """Replace the file at once.

        Raises:
            MachineError: it cannot be written; what was there before is there still.
        """
        partial = path.with_name(f".{path.name}-{os.getpid()}.partial")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._write(partial)
            partial.replace(path)
        except (OSError, RuntimeError) as error:
            # Torch's own error speaks of positions; what the file said stands behind it.
            reason = error if isinstance(error, OSError) else error.__context__
            if not isinstance(reason, OSError):
                raise
            raise MachineError(
                f"cannot write the checkpoint {path}: {reason}. Free some space, or name a "
                "writable folder with BENCH_CACHE; a checkpoint that is there already is whole, "
                "and training goes on from it."
            ) from error
        finally:
            with suppress(OSError):
                partial.unlink()

    def _write(self, path: Path) -> None:
        state = {field.name: getattr(self, field.name) for field in fields(self)}
        state["history"] = [asdict(epoch) for epoch in self.history]
        state["epoch"] = asdict(self.epoch)
        with path.open("wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())  # else a crash of the machine may leave the new name empty

    @classmethod
    def read(cls, path: Path) -> Checkpoint:
        """Read a file; only tensors and plain values are admitted, no code of it is run.

        Raises:
            MachineError: it is damaged.
        """
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            state["history"] = [Epoch(**epoch) for epoch in state["history"]]
            state["epoch"] = Epoch(**state["epoch"])
            return cls(**state)
        except Exception as error:  # a damaged archive fails in many ways
            raise MachineError(
                f"the checkpoint {path} cannot be read: {error}. Delete it; training then starts "
                "anew."
            ) from error
