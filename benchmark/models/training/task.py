"""What is to be learnt, and how long, from which seed and within which limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

Batch = TypeVar("Batch")


class Task(Protocol[Batch]):
    """What is to be learnt; torch is seeded wherever losses are computed."""

    @property
    def network(self) -> nn.Module:
        """The network, on its device.

        Parameters that do not require gradients are frozen: they are neither in checkpoints nor
        in the results. ``train()`` is called on the whole network; a frozen part that is to stay
        without dropout overrides it.
        """

    @property
    def optimizer(self) -> Optimizer:
        """The optimiser of the parameters that require gradients."""

    @property
    def scheduler(self) -> LRScheduler | None:
        """Stepped after each step of the optimiser."""

    def batches(self, epoch: int) -> Sequence[Batch]:
        """Return an epoch's batches, drawn from the seed and the epoch alone.

        Args:
            epoch: counted from 0.

        Returns:
            What is cheap to hold, as row numbers; each is looked up in its step only, and a
            resumed epoch starts in its middle.
        """

    def losses(self, batch: Batch) -> Tensor:
        """Compute the losses of what a batch holds, the network being in training mode.

        Returns:
            ``(n_items,)``; their mean is what the step lowers. No step is taken if it is empty.
        """

    def validate(self) -> float | None:
        """Return the mean loss of held-out items, the network being in evaluation mode.

        Gradients are off. None without held-out items, and then after every epoch.
        """


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How a task is learnt. All but the label and the time between checkpoints decides weights.

    Attributes:
        label: the progress bar's, and the first word of errors.
        epochs: at most.
        seed: the run's.
        patience: stop after so many epochs without a better validation loss; None: never.
        clip_norm: gradients are scaled down to this norm of all together; None: never.
        is_bfloat16: matrix products of losses and validation are computed in bfloat16; weights
            stay as they are. See ``gains_from_bfloat16``.
        save_every_s: how much work may be lost.
        when_not_finite: what the user is told to do where a loss is not finite.
        when_idle: what the user is told to do where no batch held anything.
    """

    label: str
    epochs: int
    seed: int
    patience: int | None = None
    clip_norm: float | None = None
    is_bfloat16: bool = False
    save_every_s: float = 30.0
    when_not_finite: str = "Lower learning_rate."
    when_idle: str = "Train on more data."

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        ranges = {
            "epochs": (self.epochs >= 1, "at least 1"),
            "patience": (self.patience is None or self.patience >= 1, "at least 1, or None"),
            "clip_norm": (self.clip_norm is None or self.clip_norm > 0, "above 0, or None"),
            "save_every_s": (self.save_every_s >= 0, "at least 0"),
        }
        for name, (is_within, expected) in ranges.items():
            if not is_within:
                raise ValueError(f"{name}={getattr(self, name)}; expected {expected}.")
