"""Trains module 1: shuffled batches, semi-hard triplets, AdaBound, the best epoch's weights kept.

All that is random in an epoch follows from the seed and the epoch's number, so that a training
that was killed goes on from its checkpoint to the very weights it would have had.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pytorch_optimizer import AdaBound
from safetensors.torch import save_file
from torch import Tensor

from bench_gpt2_guidance.checkpoint import Checkpoint, Epoch, best_epoch
from bench_gpt2_guidance.mining import (
    NO_NEGATIVE,
    semi_hard_negatives,
    squared_distances,
    triplet_loss,
)
from bench_gpt2_guidance.network import SoundEmbedder
from bench_gpt2_guidance.options import TripletOptions
from bench_gpt2_guidance.similarity import SimilarClips
from bench_gpt2_guidance.triplets import (
    NO_POSITIVE,
    Rows,
    epoch_batches,
    hold_out,
    validation_triplets,
)
from benchmark import DataError
from benchmark.errors import UsageError
from benchmark.progress import progress_bar

CODE_VERSION = 1
"""Raise it with any change that changes weights."""

_SAVE_EVERY_S = 30.0
_SOUNDS_AT_ONCE = 512
_WEIGHTS, _DROPOUT = range(2)  # streams of randomness


@dataclass(frozen=True, slots=True)
class Lesson:
    """What there is to learn.

    Attributes:
        patches: ``(n_clips, n_patches, width)``.
        similar: which clips are similar.
        options: how to learn it.
        seed: the run's.
        device: torch's spelling.
    """

    patches: NDArray[np.float32]
    similar: SimilarClips
    options: TripletOptions
    seed: int
    device: str


def train(
    lesson: Lesson, checkpoint: Path, folder: Path, save_every_s: float = _SAVE_EVERY_S
) -> None:
    """Train, or go on with training, and write ``weights.safetensors`` and ``history.json``.

    Args:
        lesson: what to learn.
        checkpoint: a file; written now and then, and gone on from where it exists.
        folder: where the results go.
        save_every_s: how much work may be lost.

    Raises:
        DataError: no batch held a triplet, or no held-out clip makes one.
        UsageError: the loss is not finite, or an option cannot be met.
        MachineError: the checkpoint cannot be read.
    """
    training = Training(lesson)
    if checkpoint.is_file():
        training.restore(Checkpoint.read(checkpoint))
    with progress_bar("triplet-retrieval: epochs", lesson.options.epochs) as bar:
        bar.advance(len(training.history))
        saved_at = time.monotonic()
        while not training.is_finished:
            training.run_epoch()
            bar.describe(f"triplet-retrieval: epochs, {training.history[-1]}")
            bar.advance()
            if time.monotonic() - saved_at >= save_every_s:
                training.state().write(checkpoint)
                saved_at = time.monotonic()
    if not any(epoch.n_triplets for epoch in training.history):
        raise DataError(
            f"no batch of {lesson.options.batch_size} clips held an anchor with a positive and a "
            f"negative beyond it, in {len(training.history)} epochs. Choose a larger batch_size, "
            "another threshold, or fallback=furthest."
        )
    save_file(training.best, folder / "weights.safetensors")
    records = [asdict(epoch) for epoch in training.history]
    summary = {"best_epoch": best_epoch(training.history) + 1, "epochs": records}
    (folder / "history.json").write_text(json.dumps(summary, indent=1))


class Training:
    """A training between two epochs."""

    def __init__(self, lesson: Lesson) -> None:
        """Draw the first weights, the clips to hold out and their triplets."""
        options, seed = lesson.options, lesson.seed
        n_clips, n_patches, width = lesson.patches.shape
        with _seeded(lesson, _WEIGHTS, 0):
            self.network = SoundEmbedder(n_patches, width, options).to(lesson.device)
        self.history: list[Epoch] = []
        self.best: dict[str, Tensor] = {}
        self._optimizer = AdaBound(
            self.network.parameters(),
            lr=options.learning_rate,
            final_lr=options.final_learning_rate,
        )
        self._lesson = lesson
        self._patches = torch.from_numpy(lesson.patches)
        self._rows, held_out = hold_out(n_clips, options.validation_share, seed)
        self._validation: Rows | None = None
        if len(held_out):
            self._validation = validation_triplets(lesson.similar, self._rows, held_out, seed)

    @property
    def is_finished(self) -> bool:
        """Whether the epochs are used up, or the patience."""
        n_done, options = len(self.history), self._lesson.options
        if n_done == 0:
            return False
        n_in_vain = n_done - 1 - best_epoch(self.history)
        return n_done >= options.epochs or n_in_vain >= (options.patience or math.inf)

    def run_epoch(self) -> None:
        """Train on every clip once, measure, and keep the weights if they are the best so far.

        Raises:
            UsageError: the loss is not finite.
        """
        lesson, number = self._lesson, len(self.history)
        batches = epoch_batches(
            lesson.similar, self._rows, lesson.options.batch_size, lesson.seed, number
        )
        self.network.train()
        with _seeded(lesson, _DROPOUT, number):
            losses = torch.cat([self._step(*batch) for batch in batches]).double()
        train_loss = losses.mean().item() if len(losses) else None
        epoch = Epoch(len(losses), train_loss, self._validate())
        for loss in (epoch.train_loss, epoch.validation_loss):
            if loss is not None and not math.isfinite(loss):
                raise UsageError(
                    f"the triplet loss of epoch {number + 1} is {loss}; expected a finite one. "
                    "Lower learning_rate or final_learning_rate."
                )
        self.history.append(epoch)
        if best_epoch(self.history) == number:
            state = self.network.state_dict()
            self.best = {name: value.detach().cpu().clone() for name, value in state.items()}

    def state(self) -> Checkpoint:
        """Return what is needed to go on from here."""
        network, optimizer = self.network.state_dict(), self._optimizer.state_dict()
        return Checkpoint(self.history, self.best, network, optimizer)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to a state of the same lesson."""
        self.network.load_state_dict(checkpoint.network)
        self._optimizer.load_state_dict(checkpoint.optimizer)
        self.history, self.best = list(checkpoint.history), dict(checkpoint.best)

    def _step(self, anchors: Rows, positives: Rows) -> Tensor:
        """Learn from one batch; return the losses of its triplets."""
        options, n_anchors = self._lesson.options, len(anchors)
        has_positive = positives != NO_POSITIVE
        if not has_positive.any():
            return torch.empty(0)
        rows = np.concatenate([anchors, positives[has_positive]])
        embedded = self.network(self._patches[torch.from_numpy(rows)].to(self._lesson.device))
        ours = embedded[:n_anchors][torch.from_numpy(has_positive)]
        positive = (ours - embedded[n_anchors:]).square().sum(1)
        distances = squared_distances(ours, embedded[:n_anchors])
        is_negative = self._lesson.similar.are_negatives(anchors[has_positive], anchors)
        chosen = semi_hard_negatives(
            positive.detach(),
            distances.detach(),
            torch.from_numpy(is_negative).to(distances.device),
            options.margin,
            options.fallback,
        )
        triplets = torch.nonzero(chosen != NO_NEGATIVE)[:, 0]
        losses = triplet_loss(
            positive[triplets], distances[triplets, chosen[triplets]], options.margin
        )
        if len(losses):
            self._optimizer.zero_grad()
            losses.mean().backward()  # type: ignore[no-untyped-call]
            self._optimizer.step()
        return losses.detach().cpu()

    def _validate(self) -> float | None:
        if self._validation is None:
            return None
        rows, places = np.unique(self._validation, return_inverse=True)
        embedded = embed(self.network, self._lesson.patches[rows], self._lesson.device)
        anchor, positive, negative = torch.from_numpy(embedded)[places.reshape(-1, 3).T].double()
        losses = triplet_loss(
            (anchor - positive).square().sum(1),
            (anchor - negative).square().sum(1),
            self._lesson.options.margin,
        )
        return losses.mean().item()


def embed(network: SoundEmbedder, patches: NDArray[np.float32], device: str) -> NDArray[np.float32]:
    """Embed sounds without dropout.

    Args:
        network: put into evaluation mode.
        patches: ``(n_clips, n_patches, width)``.
        device: the network's.

    Returns:
        ``(n_clips, n_patches * width)``, unit rows.
    """
    network.eval()
    with torch.inference_mode():
        parts = [
            network(torch.from_numpy(patches[start : start + _SOUNDS_AT_ONCE]).to(device)).cpu()
            for start in range(0, len(patches), _SOUNDS_AT_ONCE)
        ]
    rows: NDArray[np.float32] = torch.cat(parts).numpy()
    return rows


@contextmanager
def _seeded(lesson: Lesson, stream: int, number: int) -> Iterator[None]:
    """Seed torch for a while, and leave its generators as they were."""
    device = torch.device(lesson.device)
    devices = [device] if device.type == "cuda" else []
    seed = np.random.SeedSequence([lesson.seed, stream, number]).generate_state(1, np.uint64)
    with torch.random.fork_rng(devices):
        torch.manual_seed(int(seed[0]))
        yield
