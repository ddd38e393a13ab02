"""The state of a training between two steps, in one file that is whole or not there."""

from __future__ import annotations

import zipfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import torch
from torch import Tensor

from benchmark.errors import MachineError
from benchmark.files import CACHE_CURE, written_whole
from benchmark.models.training.history import Epoch

_CURE = f"{CACHE_CURE} A checkpoint that is there already is whole; training goes on from it."


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state that training needs to go on.

    Attributes:
        history: the epochs that are over.
        epoch: the one that is not.
        network: the trained state as it is.
        best: that of the best epoch so far; empty before the first is over.
        optimizer: its state, which torch alone reads.
        scheduler: likewise; None without one.
    """

    history: list[Epoch]
    epoch: Epoch
    network: dict[str, Tensor]
    best: dict[str, Tensor]
    optimizer: dict[str, object]
    scheduler: dict[str, object] | None

    def write(self, path: Path) -> None:
        """Replace the file at once.

        Raises:
            MachineError: it cannot be written; what was there before is there still.
        """
        state = {field.name: getattr(self, field.name) for field in fields(self)}
        state["history"] = [asdict(epoch) for epoch in self.history]
        state["epoch"] = asdict(self.epoch)
        with written_whole(path, _CURE, kind="the checkpoint") as file:
            try:
                torch.save(state, file)
            except RuntimeError as error:
                # Torch's own error speaks of positions; what the file said stands behind it.
                if isinstance(error.__context__, OSError):
                    raise error.__context__ from error
                raise

    @classmethod
    def read(cls, path: Path) -> Checkpoint:
        """Read a file; only tensors and plain values are admitted, no code of it is run.

        Torch writes a crc32 of each part and looks at none; here all are, before anything is read.

        Raises:
            MachineError: it is damaged.
        """
        try:
            with zipfile.ZipFile(path) as archive:
                damaged = archive.testzip()
            if damaged is not None:
                raise ValueError(f"{damaged} does not fit its checksum")
            state = torch.load(path, map_location="cpu", weights_only=True)
            state["history"] = [Epoch(**epoch) for epoch in state["history"]]
            state["epoch"] = Epoch(**state["epoch"])
            return cls(**state)
        except Exception as error:  # a damaged archive fails in many ways
            raise MachineError(
                f"the checkpoint {path} cannot be read: {error}. Delete it; training then starts "
                "anew."
            ) from error
