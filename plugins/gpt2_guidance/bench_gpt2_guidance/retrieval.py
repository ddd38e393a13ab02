"""Guidance retrieval: the training clips that sound most like a new one, in a learned distance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bench_gpt2_guidance.network import SoundEmbedder
from bench_gpt2_guidance.options import TripletOptions
from bench_gpt2_guidance.similarity import find_similar_clips
from bench_gpt2_guidance.training import (
    CODE_VERSION,
    Lesson,
    TripletTask,
    embed,
    training_plan,
)
from bench_gpt2_guidance.training_clips import TrainingClips, fit_length, load_training_clips
from benchmark import Clip, Resources
from benchmark.embeddings import EmbeddingStore
from benchmark.encoders import SequenceEncoder, load_sequence_encoder
from benchmark.errors import UsageError
from benchmark.memory import search
from benchmark.training import load_trained, train_once

SAMPLE_RATE_HZ = 16_000
_Key = dict[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A training clip near to a new one.

    Attributes:
        clip_id: its id.
        captions: its references.
        distance: Euclidean, between unit vectors: 0 to 2.
    """

    clip_id: str
    captions: tuple[str, ...]
    distance: float


class GuidanceRetriever:
    """A trained module 1 and the training clips as it hears them."""

    def __init__(
        self,
        encoder: SequenceEncoder,
        network: SoundEmbedder,
        training_clips: TrainingClips,
        duration_s: float,
        device: str,
    ) -> None:
        """Embed the training clips, held-out ones included.

        Args:
            encoder: frozen.
            network: trained.
            training_clips: what may be retrieved.
            duration_s: see ``fit_length``.
            device: the network's.
        """
        self.training_clips = training_clips
        self._encoder = encoder
        self._network = network
        self._duration_s = duration_s
        self._device = device
        self._memory = embed(network, training_clips.patches, device)

    def embed(self, clip: Clip) -> NDArray[np.float32]:
        """Embed a sound by itself, so that it does not depend on its batch: ``(1, dim)``.

        Raises:
            DataError: the sound is empty or not finite.
        """
        (patches,) = self._encoder.embed_patches([fit_length(clip, self._duration_s).waveform])
        return embed(self._network, patches[None], self._device)

    def neighbours(self, clips: Sequence[Clip], k: int = 5) -> list[list[Neighbour]]:
        """Find the nearest training clips of each clip, nearest first.

        Args:
            clips: at 16 kHz.
            k: how many; 1 to the number of training clips. The paper takes 5.

        Raises:
            DataError: a sound is empty or not finite.
            ValueError: k is out of its range.
        """
        known = self.training_clips
        found = []
        for clip in clips:
            rows, distances = search(self.embed(clip), self._memory, k, "l2")
            found.append(
                [
                    Neighbour(known.clip_ids[row], known.captions[row], float(distance))
                    for row, distance in zip(rows[0], distances[0], strict=True)
                ]
            )
        return found


@dataclass(frozen=True, slots=True)
class TripletRetrieval:
    """Copies the nearest training clip's caption, its first reference."""

    retriever: GuidanceRetriever

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        return [nearest.captions[0] for (nearest,) in self.retriever.neighbours(clips, k=1)]


def prepare_retriever(resources: Resources, options: TripletOptions) -> GuidanceRetriever:
    """Load a trained module 1, training it first where that was not done yet.

    Raises:
        DataError: there is too little to learn from.
        MissingWeightsError: the encoder or BERTScore's model is not on this machine.
        UsageError: an option cannot be met.
        MachineError: the cache cannot be written.
    """
    encoder = load_sequence_encoder(options.encoder, resources.device)
    if encoder.sample_rate_hz != SAMPLE_RATE_HZ:
        raise UsageError(
            f"the encoder {encoder.name} takes sounds at {encoder.sample_rate_hz} Hz; expected "
            f"{SAMPLE_RATE_HZ} Hz. Name another."
        )
    store = EmbeddingStore(resources.artifacts.root / "embeddings")
    clips = load_training_clips(resources.train, encoder, store, options.duration_s)
    similar = find_similar_clips(clips.captions, resources, options)
    lesson = Lesson(clips.patches, similar, options, resources.seed, resources.device)
    folder = train_once(
        "triplet-retrieval",
        _training_key(lesson, clips),
        resources.artifacts,
        partial(TripletTask, lesson),
        training_plan(lesson),
    )
    _, n_patches, width = clips.patches.shape
    network = SoundEmbedder(n_patches, width, options)
    load_trained(network, folder)
    network.to(resources.device)
    return GuidanceRetriever(encoder, network, clips, options.duration_s, resources.device)


def _training_key(lesson: Lesson, clips: TrainingClips) -> _Key:
    """Name all that the weights depend on: sounds, captions and encoder through their effects."""
    chosen = {field.name: getattr(lesson.options, field.name) for field in fields(TripletOptions)}
    return {
        **chosen,
        "code": CODE_VERSION,
        "patches": clips.patches_sha256,
        "similar": lesson.similar.sha256,
        "seed": lesson.seed,
        "device": lesson.device.split(":")[0],
    }
