"""What module 2 has to learn: captions, from sounds and from guidance drawn anew each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.random import Generator as RandomGenerator
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Adam
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    LRScheduler,
)

from bench_gpt2_guidance.backbone import Backbone
from bench_gpt2_guidance.batches import Batch, shuffled_batches
from bench_gpt2_guidance.generator_network import Conditions, Generator, ReadGuidance
from bench_gpt2_guidance.guidance_options import WEIGHT_SETTINGS, GuidanceSettings
from bench_gpt2_guidance.guidance_pools import GuidancePools
from bench_gpt2_guidance.guidance_text import Writer, hash_captions
from bench_gpt2_guidance.training_clips import hash_patches
from bench_gpt2_guidance.triplets import Rows
from benchmark import DataError, Fact
from benchmark.metrics.words import WordCider
from benchmark.models.training import TrainingPlan, gains_from_bfloat16, seeded

CODE_VERSION = 2
"""Raise it with any change that changes weights."""

_VALIDATION = 13  # a stream of randomness besides those of the batches
_CAPTIONS_AT_ONCE = 128
_MOST_KEPT_BYTES = 2**28
"""Of each: states of captions to learn, and of the guidance of those that validate."""


@dataclass(frozen=True, slots=True)
class GeneratorLesson:
    """What there is to learn from.

    Attributes:
        backbone: frozen.
        pools: captions, of which clips they are, and what guides them.
        patches: ``(n_clips, n_patches, width)``, of the pools' clips; None: there is no audio
            branch.
        settings: how to learn it.
        seed: the run's.
        device: torch's spelling.
    """

    backbone: Backbone
    pools: GuidancePools
    patches: NDArray[np.float32] | None
    settings: GuidanceSettings
    seed: int
    device: str

    @property
    def writer(self) -> Writer:
        return Writer(self.backbone.tokenizer, self.backbone.end, self.settings)

    def new_network(self) -> Generator:
        """Build module 2 with the first weights that follow from the seed.

        Raises:
            UsageError: heads do not divide a width.
        """
        width = None if self.patches is None else self.patches.shape[2]
        with seeded(self.device, self.seed, "first weights"):
            network = Generator(self.backbone.model, self.backbone.end, width, self.settings)
        nn.Module.to(network, self.device)
        return network

    def key(self) -> dict[str, Fact]:
        """Name all that the weights depend on."""
        shares: dict[str, Fact] = {} if self.settings.best_by == "loss" else {"best_by": "cider_d"}
        if self.pools.validation is not None:
            shares["validation_share"] = None  # nothing is held out
        return {
            **{name: getattr(self.settings, name) for name in WEIGHT_SETTINGS},
            **shares,
            "amp": self.is_bfloat16,
            "code": CODE_VERSION,
            "backbone": self.backbone.fingerprint,
            "captions": hash_captions(self.pools.units.captions),
            "patches": None if self.patches is None else hash_patches(self.patches),
            "pools": self.pools.sha256,
            "seed": self.seed,
            "device": self.device.split(":")[0],
        }

    @property
    def is_bfloat16(self) -> bool:
        return self.settings.amp and gains_from_bfloat16(self.device)

    def plan(self) -> TrainingPlan:
        """Return how long to train."""
        return TrainingPlan(
            "gpt2-guid",
            self.settings.epochs,
            self.seed,
            patience=self.settings.patience or None,
            is_bfloat16=self.is_bfloat16,
        )


@dataclass(frozen=True, slots=True)
class DecodedClips:
    """Clips that do not train, as CIDEr-D judges what is decoded for them.

    Attributes:
        rows: ``(n_clips,)``: the first caption of each, which says what it is guided by.
        scorer: with all captions of each as references.
    """

    rows: Rows
    scorer: WordCider

    @classmethod
    def of(cls, held_out: Rows, clips: Rows, texts: Sequence[str]) -> DecodedClips:
        """Gather the captions of each clip.

        Args:
            held_out: captions that do not train, ascending.
            clips: ``(n_captions,)``: the clip of each caption.
            texts: all captions.

        Raises:
            DataError: no word tells a clip from another.
        """
        _, starts = np.unique(clips[held_out], return_index=True)
        references = np.split(held_out, starts[1:])
        scorer = WordCider([[texts[row] for row in of_clip] for of_clip in references])
        if scorer.weigh_nothing:
            raise DataError(
                f"best_by=cider_d: words weigh by how few clips have them, and the {len(starts)} "
                "clips to choose the epoch by all have the same; expected two or more that differ. "
                "Choose best_by=loss, or another split with --val."
            )
        return cls(held_out[starts], scorer)


@dataclass(slots=True)
class GeneratorTask:
    """A lesson under way; see ``benchmark.models.training.Task``."""

    lesson: GeneratorLesson
    network: Generator = field(init=False)
    optimizer: Adam = field(init=False)
    scheduler: LRScheduler = field(init=False)
    _units: Rows = field(init=False)
    _clips: Rows = field(init=False)
    _targets: Sequence[Sequence[int]] = field(init=False)
    _rows: Rows = field(init=False)
    _held_out: Rows = field(init=False)
    _decoded: DecodedClips | None = field(init=False, default=None)
    _read: list[Tensor] = field(init=False, default_factory=list)
    _validation: dict[int, ReadGuidance] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Draw first weights, and list the captions.

        Raises:
            DataError: CIDEr-D is to choose the best epoch, and can tell no clip from another.
        """
        lesson, settings = self.lesson, self.lesson.settings
        captions, clips = lesson.pools.units
        self._units = np.repeat(np.arange(len(captions)), [len(texts) for texts in captions])
        self._clips = clips[self._units]
        texts = [text for of_unit in captions for text in of_unit]
        self._targets, _ = lesson.writer.encode_captions(texts)
        trains = lesson.pools.trains[self._units]
        self._rows, self._held_out = np.flatnonzero(trains), np.flatnonzero(~trains)
        if settings.best_by == "cider_d" and len(self._held_out):
            self._decoded = DecodedClips.of(self._held_out, self._clips, texts)
        self.network = lesson.new_network()
        trained = [value for value in self.network.parameters() if value.requires_grad]
        self.optimizer = Adam(trained, settings.learning_rate, betas=(0.9, 0.999), eps=1e-8)
        steps_per_epoch = -(-len(self._rows) // settings.batch_size)
        self.scheduler = choose_schedule(self.optimizer, steps_per_epoch, settings)

    def batches(self, epoch: int) -> Sequence[Batch]:
        """Shuffle the captions into batches."""
        return shuffled_batches(
            self._rows, self.lesson.settings.batch_size, self.lesson.seed, epoch
        )

    def losses(self, batch: Batch) -> Tensor:
        """Draw guidance and compute the losses of a batch's tokens."""
        return self._losses(batch.rows, self._condition(batch.rows, batch.rng(self.lesson.seed)))

    def validate(self) -> float | None:
        """Return how bad the network is at clips that do not train, always guided alike.

        Returns:
            The mean loss of a token, or CIDEr-D of decoded captions, negated.
        """
        if not len(self._held_out):
            return None
        rng = np.random.default_rng([self.lesson.seed, _VALIDATION])
        if self._decoded is not None:
            written = [
                self.lesson.writer.decode(tokens)
                for at, rows in enumerate(_divide(self._decoded.rows))
                for tokens in self.network.write(self._condition_again(at, rows, rng), n_beams=1)
            ]
            return -self._decoded.scorer.score(written)
        parts = [
            self._losses(rows, self._condition_again(at, rows, rng))
            for at, rows in enumerate(_divide(self._held_out))
        ]
        return torch.cat(parts).double().mean().item()

    def _losses(self, rows: Rows, conditions: Conditions) -> Tensor:
        targets = [self._targets[row] for row in rows]
        read = self._read_targets()
        return self.network.losses(
            targets, conditions, [read[row] for row in rows] if read else None
        )

    def _read_targets(self) -> list[Tensor]:
        """Read all captions once, as the backbone stays; nothing where they are too many."""
        width = self.network.config.n_embd
        n_bytes = 4 * width * sum(len(tokens) for tokens in self._targets)
        if not self._read and n_bytes <= _MOST_KEPT_BYTES:
            order = np.argsort([len(tokens) for tokens in self._targets], kind="stable")
            read: dict[int, Tensor] = {}
            for rows in _divide(order):
                captions = [self._targets[row] for row in rows]
                read |= zip(rows.tolist(), self.network.read_captions(captions), strict=True)
            self._read = [read[row] for row in range(len(read))]
        return self._read

    def _condition(self, rows: Rows, rng: RandomGenerator) -> Conditions:
        read = self.network.read_guidance(self._draw(rows, rng))
        return self.network.condition_on(read, self._hear(rows))

    def _condition_again(self, at: int, rows: Rows, rng: RandomGenerator) -> Conditions:
        """Condition on guidance that is the same in each epoch, which is kept while there is room.

        Args:
            at: number of the part of those that validate.
            rows: of it.
            rng: draws the guidance.
        """
        drawn = self._draw(rows, rng)
        read = self._validation.get(at)
        if read is None:
            read = self.network.read_guidance(drawn)
            n_kept = sum(kept.n_bytes for kept in self._validation.values())
            if n_kept + read.n_bytes <= _MOST_KEPT_BYTES:
                self._validation[at] = read
        return self.network.condition_on(read, self._hear(rows))

    def _draw(self, rows: Rows, rng: RandomGenerator) -> list[list[int]]:
        pools = self.lesson.pools
        drawn = [pools.draw(int(unit), rng) for unit in self._units[rows]]
        return self.lesson.writer.encode_guidance(drawn)[0]

    def _hear(self, rows: Rows) -> list[NDArray[np.float32]] | None:
        patches = self.lesson.patches
        return None if patches is None else list(patches[self._clips[rows]])


def _divide(rows: Rows) -> list[Rows]:
    return np.split(rows, range(_CAPTIONS_AT_ONCE, len(rows), _CAPTIONS_AT_ONCE))


def choose_schedule(
    optimizer: Adam, steps_per_epoch: int, settings: GuidanceSettings
) -> LRScheduler:
    """Return the schedule, which is stepped with the optimiser, so that its periods are smooth."""
    n_steps, lowest = settings.period_epochs * steps_per_epoch, settings.min_learning_rate
    if settings.schedule == "waves":
        return CosineAnnealingLR(optimizer, T_max=max(1, n_steps // 2), eta_min=lowest)
    return CosineAnnealingWarmRestarts(optimizer, T_0=n_steps, eta_min=lowest)
