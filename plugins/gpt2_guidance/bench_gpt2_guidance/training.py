"""What module 1 has to learn: semi-hard triplets of shuffled clips, with AdaBound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from pytorch_optimizer import AdaBound
from torch import Tensor

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
from benchmark.training import TrainingPlan, seeded

CODE_VERSION = 2
"""Raise it with any change that changes weights."""

_SOUNDS_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Lesson:
    """What there is to learn from.

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


def training_plan(lesson: Lesson) -> TrainingPlan:
    """Return how long to train and what to say where it does not work."""
    options = lesson.options
    return TrainingPlan(
        label="triplet-retrieval",
        epochs=options.epochs,
        seed=lesson.seed,
        patience=options.patience,
        when_not_finite="Lower learning_rate or final_learning_rate.",
        when_idle=f"There was no batch of {options.batch_size} clips with an anchor, a positive "
        "and a negative beyond it. Choose a larger batch_size, another threshold, or "
        "fallback=furthest.",
    )


class TripletTask:
    """Module 1 and the triplets that it learns from; a ``benchmark.training.Task``."""

    scheduler = None

    def __init__(self, lesson: Lesson) -> None:
        """Draw the first weights, the clips to hold out and their triplets.

        Raises:
            DataError: no held-out clip makes a triplet.
            UsageError: an option cannot be met.
        """
        options, seed = lesson.options, lesson.seed
        n_clips, n_patches, width = lesson.patches.shape
        with seeded(lesson.device, seed, "first weights"):
            self.network = SoundEmbedder(n_patches, width, options).to(lesson.device)
        self.optimizer = AdaBound(
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

    def batches(self, epoch: int) -> list[tuple[Rows, Rows]]:
        """Draw anchors and their positives; see ``epoch_batches``."""
        similar, options, seed = self._lesson.similar, self._lesson.options, self._lesson.seed
        return list(epoch_batches(similar, self._rows, options.batch_size, seed, epoch))

    def losses(self, batch: tuple[Rows, Rows]) -> Tensor:
        """Find each anchor's negative among the batch's anchors: the losses of the triplets."""
        anchors, positives = batch
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
        return triplet_loss(
            positive[triplets], distances[triplets, chosen[triplets]], options.margin
        )

    def validate(self) -> float | None:
        """Return the mean loss of the fixed triplets of held-out clips."""
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
