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
from bench_gpt2_guidance.similarity import SimilarClips
from bench_gpt2_guidance.triplet_options import TripletSettings
from bench_gpt2_guidance.triplets import (
    NO_POSITIVE,
    Rows,
    epoch_batches,
    hold_out_share,
    triplets_to_training,
    validation_triplets,
)
from bench_gpt2_guidance.validation import ValidationSounds
from benchmark.models.training import TrainingPlan, seeded

CODE_VERSION = 2
"""Raise it with any change that changes weights."""

_SOUNDS_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Lesson:
    """What there is to learn from.

    Attributes:
        patches: ``(n_clips, n_patches, width)``.
        similar: which clips are similar.
        settings: how to learn it.
        seed: the run's.
        device: torch's spelling.
        validation: what chooses the best epoch; None: clips that are held out.
    """

    patches: NDArray[np.float32]
    similar: SimilarClips
    settings: TripletSettings
    seed: int
    device: str
    validation: ValidationSounds | None = None

    def heard(self, rows: Rows) -> NDArray[np.float32]:
        """Return the patches of clips, those of validation counted after all that train.

        Args:
            rows: ``(n,)``, ascending.
        """
        n_training = len(self.patches)
        if self.validation is None:
            return self.patches[rows]
        first = int(np.searchsorted(rows, n_training))
        others = self.validation.patches[rows[first:] - n_training]
        return np.concatenate([self.patches[rows[:first]], others])


def training_plan(lesson: Lesson) -> TrainingPlan:
    """Return how long to train and what to say where it does not work."""
    settings = lesson.settings
    return TrainingPlan(
        label="triplet-retrieval",
        epochs=settings.epochs,
        seed=lesson.seed,
        patience=settings.patience or None,
        when_not_finite="Lower learning_rate or final_learning_rate.",
        when_idle=f"There was no batch of {settings.batch_size} clips with an anchor, a positive "
        "and a negative beyond it. Choose a larger batch_size, another threshold, or "
        "fallback=furthest.",
    )


class TripletTask:
    """Module 1 and the triplets that it learns from; a ``benchmark.models.training.Task``."""

    scheduler = None

    def __init__(self, lesson: Lesson) -> None:
        """Draw the first weights, the clips to hold out and their triplets.

        Raises:
            DataError: no clip makes a triplet to choose the best epoch by.
            UsageError: an option cannot be met.
        """
        settings, seed = lesson.settings, lesson.seed
        n_clips, n_patches, width = lesson.patches.shape
        with seeded(lesson.device, seed, "first weights"):
            self.network = SoundEmbedder(n_patches, width, settings).to(lesson.device)
        self.optimizer = AdaBound(
            self.network.parameters(),
            lr=settings.learning_rate,
            final_lr=settings.final_learning_rate,
        )
        self._lesson = lesson
        self._patches = torch.from_numpy(lesson.patches)
        self._rows: Rows = np.arange(n_clips)
        self._validation: Rows | None = None
        if lesson.validation is not None:
            self._validation = triplets_to_training(lesson.validation.similar, n_clips, seed)
        elif settings.validation_share:
            self._rows, held_out = hold_out_share(n_clips, settings.validation_share, seed)
            self._validation = validation_triplets(lesson.similar, self._rows, held_out, seed)

    def batches(self, epoch: int) -> list[tuple[Rows, Rows]]:
        """Draw anchors and their positives; see ``epoch_batches``."""
        similar, settings, seed = self._lesson.similar, self._lesson.settings, self._lesson.seed
        return list(epoch_batches(similar, self._rows, settings.batch_size, seed, epoch))

    def losses(self, batch: tuple[Rows, Rows]) -> Tensor:
        """Find each anchor's negative among the batch's anchors: the losses of the triplets."""
        anchors, positives = batch
        settings, n_anchors = self._lesson.settings, len(anchors)
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
            settings.margin,
            settings.fallback,
        )
        triplets = torch.nonzero(chosen != NO_NEGATIVE)[:, 0]
        return triplet_loss(
            positive[triplets], distances[triplets, chosen[triplets]], settings.margin
        )

    def validate(self) -> float | None:
        """Return the mean loss of fixed triplets, of the validation split or of held-out clips."""
        if self._validation is None:
            return None
        rows, places = np.unique(self._validation, return_inverse=True)
        embedded = embed(self.network, self._lesson.heard(rows), self._lesson.device)
        anchor, positive, negative = torch.from_numpy(embedded)[places.reshape(-1, 3).T].double()
        losses = triplet_loss(
            (anchor - positive).square().sum(1),
            (anchor - negative).square().sum(1),
            self._lesson.settings.margin,
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
