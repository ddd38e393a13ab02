"""The training loop: steps, the best epoch's weights, checkpoints in the middle of epochs.

All that is random in a step follows from the seed, the epoch and the step, so that a training
that was killed goes on from its checkpoint to the very weights it would have had; on a GPU as far
as the operations of the network are deterministic there.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Generic

import torch
from torch import Tensor

from benchmark.errors import DataError, MachineError, UsageError
from benchmark.files import CACHE_CURE, tell, writing
from benchmark.machine.progress import progress_bar
from benchmark.machine.signals import hold_interrupt
from benchmark.models.training.checkpoint import Checkpoint
from benchmark.models.training.history import Epoch, best_epoch
from benchmark.models.training.randomness import seeded
from benchmark.models.training.task import Batch, Task, TrainingPlan
from benchmark.models.training.weights import load_state, save_trained, trained_state

LOOP_VERSION = 1
"""Raise it with any change that changes weights."""


def train(task: Task[Batch], plan: TrainingPlan, checkpoint: Path, folder: Path) -> Sequence[Epoch]:
    """Train, or go on with training, and write the best epoch's weights and the history.

    Args:
        task: what to learn, its network with its first weights.
        plan: how.
        checkpoint: a file; written now and then and when the process is asked to end, and gone on
            from where it exists. One that is damaged is told and put aside.
        folder: an existing one; gets ``weights.safetensors`` (see ``load_trained``) and
            ``history.json``.

    Returns:
        The epochs.

    Raises:
        DataError: no batch held anything to learn from.
        UsageError: losses, gradients or weights are not finite.
        MachineError: the checkpoint is of another network, or something cannot be written.
    """
    training = Training(task, plan)
    if (state := _read_or_put_aside(checkpoint)) is not None:
        training.restore(state, checkpoint)
    n_steps = plan.epochs * len(task.batches(0))
    saved_at = time.monotonic()
    with hold_interrupt() as interrupt, progress_bar(str(training), n_steps) as bar:
        bar.advance(sum(epoch.n_steps for epoch in (*training.history, training.epoch)))
        for n_new_steps in training.run():
            bar.describe(str(training))
            bar.advance(n_new_steps)
            if interrupt.is_set() or time.monotonic() - saved_at >= plan.save_every_s:
                training.state().write(checkpoint)
                saved_at = time.monotonic()
            if interrupt.is_set():
                raise interrupt.exception()
    if not any(epoch.n_items for epoch in training.history):
        raise DataError(
            f"{plan.label}: no batch of {len(training.history)} epochs held anything to learn "
            f"from. {plan.when_idle}"
        )
    save_trained(training.best, training.history, folder)
    return training.history


def _read_or_put_aside(checkpoint: Path) -> Checkpoint | None:
    if not checkpoint.is_file():
        return None
    try:
        return Checkpoint.read(checkpoint)
    except MachineError as error:
        aside = checkpoint.with_name(f"damaged-{checkpoint.name}")
        tell(
            f"the checkpoint {checkpoint} is damaged ({error.__cause__}); it is now called "
            f"{aside.name}, and training starts anew."
        )
        with writing(aside, CACHE_CURE):
            checkpoint.replace(aside)
        return None


class Training(Generic[Batch]):
    """A training between two steps.

    Attributes:
        history: the epochs that are over.
        epoch: the one that is not.
        best: the trained state after the best epoch, on the CPU.
    """

    def __init__(self, task: Task[Batch], plan: TrainingPlan) -> None:
        """Stand before the first step."""
        self.history: list[Epoch] = []
        self.epoch = Epoch()
        self.best: dict[str, Tensor] = {}
        self._task = task
        self._plan = plan
        self._parameters = [value for value in task.network.parameters() if value.requires_grad]
        self._device = self._parameters[0].device

    def __str__(self) -> str:
        """Describe the moment in a line, for the progress bar."""
        number = min(len(self.history) + 1, self._plan.epochs)
        parts = [f"{self._plan.label}: epoch {number}/{self._plan.epochs}"]
        if self.epoch.train_loss is not None:
            parts.append(f"loss {self.epoch.train_loss:.4f}")
        if self.history and self.history[-1].validation_loss is not None:
            parts.append(f"validation {self.history[-1].validation_loss:.4f}")
        if self.epoch.n_items:
            parts.append(f"{self.epoch.items_per_second:.0f} items/s")
        return ", ".join(parts)

    @property
    def is_finished(self) -> bool:
        """Whether the epochs are used up, or the patience."""
        n_done = len(self.history)
        n_in_vain = n_done - 1 - best_epoch(self.history) if n_done else 0
        return n_done >= self._plan.epochs or n_in_vain >= (self._plan.patience or math.inf)

    def run(self) -> Iterator[int]:
        """Train to the end, pausing wherever the state is whole.

        Yields:
            1 after a step, 0 after an epoch's validation.

        Raises:
            UsageError: losses, gradients or weights are not finite.
        """
        while not self.is_finished:
            number = len(self.history)
            batches = self._task.batches(number)
            self._task.network.train()
            for step in range(self.epoch.n_steps, len(batches)):
                with seeded(self._device, self._plan.seed, "step", number, step):
                    self._learn(batches[step])
                yield 1
            with seeded(self._device, self._plan.seed, "validation", number):
                self._end_epoch()
            yield 0

    def state(self) -> Checkpoint:
        """Return what is needed to go on from here; to be written before the next step."""
        scheduler = self._task.scheduler
        return Checkpoint(
            history=self.history,
            epoch=self.epoch,
            network=trained_state(self._task.network),
            best=self.best,
            optimizer=self._task.optimizer.state_dict(),
            scheduler=None if scheduler is None else scheduler.state_dict(),
        )

    def restore(self, checkpoint: Checkpoint, source: Path) -> None:
        """Go back to a state of the same task.

        Args:
            checkpoint: the state.
            source: where it came from, for errors.

        Raises:
            MachineError: it is of another network.
        """
        load_state(self._task.network, checkpoint.network, source)
        self._task.optimizer.load_state_dict(checkpoint.optimizer)
        if self._task.scheduler is not None and checkpoint.scheduler is not None:
            self._task.scheduler.load_state_dict(checkpoint.scheduler)
        self.history, self.epoch, self.best = checkpoint.history, checkpoint.epoch, checkpoint.best

    def _learn(self, batch: Batch) -> None:
        """Take a step, if the batch holds anything."""
        task, plan, epoch = self._task, self._plan, self.epoch
        started = time.perf_counter()
        with self._autocast():
            losses = task.losses(batch)
        if len(losses):
            loss_sum = losses.detach().double().sum().item()
            self._check(f"loss in step {epoch.n_steps + 1}", loss_sum)
            task.optimizer.zero_grad()
            losses.mean().backward()  # type: ignore[no-untyped-call]
            limit = math.inf if plan.clip_norm is None else plan.clip_norm
            norm = torch.nn.utils.clip_grad_norm_(self._parameters, limit)
            self._check(f"gradient's norm in step {epoch.n_steps + 1}", norm.item())
            task.optimizer.step()
            if task.scheduler is not None:
                task.scheduler.step()
            epoch.n_items += len(losses)
            epoch.loss_sum += loss_sum
        epoch.n_steps += 1
        epoch.seconds += time.perf_counter() - started

    def _end_epoch(self) -> None:
        """Validate, and keep the weights if they are the best so far."""
        self._task.network.eval()
        with torch.no_grad(), self._autocast():
            loss = self._task.validate()
        if loss is not None:
            self._check("validation loss", loss)
        # The last step's weights enter no loss of a training without validation.
        norms = (value.detach().norm().item() for value in self._parameters)
        self._check("weights' norm at the end", math.hypot(*norms))
        self.epoch.validation_loss = loss
        self.history.append(self.epoch)
        self.epoch = Epoch()
        if best_epoch(self.history) == len(self.history) - 1:
            self.best = {
                name: value.to("cpu", copy=True, memory_format=torch.contiguous_format)
                for name, value in trained_state(self._task.network).items()
            }

    def _autocast(self) -> torch.autocast:
        is_on = self._plan.is_bfloat16
        return torch.autocast(self._device.type, torch.bfloat16, enabled=is_on)

    def _check(self, name: str, value: float) -> None:
        if not math.isfinite(value):
            raise UsageError(
                f"{self._plan.label}: the {name} of epoch {len(self.history) + 1} is {value}; "
                f"expected a finite one. {self._plan.when_not_finite}"
            )
