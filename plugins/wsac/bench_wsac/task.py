"""A lesson under way: batches, steps, rates, and what the best epoch is chosen by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from torch import Tensor
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR

from bench_wsac.lesson import Lesson, Rows
from bench_wsac.measures import Measure, choose_measure
from bench_wsac.network import PrefixDecoder
from bench_wsac.options import Settings

_EPOCHS_PER_STEP, _STEP_FACTOR = 10, 0.2


@dataclass(slots=True)
class DecoderTask:
    """A lesson under way; see ``benchmark.models.training.Task``."""

    lesson: Lesson
    network: PrefixDecoder = field(init=False)
    optimizer: AdamW = field(init=False)
    scheduler: LambdaLR = field(init=False)
    _rows: Rows = field(init=False)
    _measure: Measure | None = field(init=False)

    def __post_init__(self) -> None:
        """Draw first weights, and hold clips out."""
        settings = self.lesson.settings
        self._rows, held_out = self.lesson.divide()
        self._measure = choose_measure(self.lesson, held_out)
        self.network = self.lesson.new_network()
        self.optimizer = AdamW(
            self.network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        steps_per_epoch = -(-len(self._rows) // settings.batch_size)
        self.scheduler = LambdaLR(
            self.optimizer, lambda step: rate_at(step, steps_per_epoch, settings)
        )

    def batches(self, epoch: int) -> Sequence[Rows]:
        """Shuffle the captions into batches."""
        order = np.random.default_rng([self.lesson.seed, 3, epoch]).permutation(self._rows)
        size = self.lesson.settings.batch_size
        return [order[start : start + size] for start in range(0, len(order), size)]

    def losses(self, batch: Rows) -> Tensor:
        """Compute the losses of a batch's tokens."""
        return self.lesson.losses(self.network, self.lesson.examples, batch, is_noisy=True)

    def validate(self) -> float | None:
        """Measure the network on captions that are not learnt: the lower, the better."""
        return None if self._measure is None else self._measure(self.network)


def rate_at(step: int, steps_per_epoch: int, settings: Settings) -> float:
    """Return the learning rate of a step, counted from 0, as a share of the highest."""
    n_warm = settings.warmup_steps + settings.warmup_epochs * steps_per_epoch
    n_steps = settings.epochs * steps_per_epoch
    if step < n_warm:
        return (step + 1) / n_warm
    done = min(1.0, (step - n_warm) / max(1, n_steps - n_warm))
    match settings.schedule:
        case "steps":
            counted = step - n_warm if settings.drops_after_warmup else step
            n_drops: int = counted // steps_per_epoch // _EPOCHS_PER_STEP
            return float(_STEP_FACTOR**n_drops)
        case "linear":
            return 1.0 - done
        case "cosine":
            return 0.5 * (1.0 + math.cos(math.pi * done))
        case "constant":
            return 1.0
