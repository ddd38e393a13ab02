"""Guidance retrieval: the training clips that sound most like a new one, in a learned distance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bench_gpt2_guidance.network import SoundEmbedder
from bench_gpt2_guidance.similarity import find_similar_clips
from bench_gpt2_guidance.training import (
    CODE_VERSION,
    Lesson,
    TripletTask,
    embed,
    training_plan,
)
from bench_gpt2_guidance.training_clips import (
    HeardClips,
    PatchReader,
    hash_patches,
    load_training_clips,
    load_validation_clips,
    open_reader,
    require_train,
)
from bench_gpt2_guidance.triplet_options import TRIPLET_PRESETS, TripletSettings
from bench_gpt2_guidance.validation import (
    ValidationSounds,
    describe_validation,
    relate_to_training,
)
from benchmark import Clip, Evidence, Explanation, Fact, Resources, stage
from benchmark.embeddings import search
from benchmark.models.training import load_trained, train_once
from benchmark.systems import PresetOptions

_N_EXPLAINED = 5


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

    @property
    def cosine(self) -> float:
        return 1 - self.distance**2 / 2


class GuidanceRetriever:
    """A trained module 1 and the training clips as it hears them."""

    def __init__(
        self,
        reader: PatchReader,
        network: SoundEmbedder,
        training_clips: HeardClips,
        device: str,
        weights: str = "",
    ) -> None:
        """Embed the training clips, held-out ones included.

        Args:
            reader: of sounds.
            network: trained.
            training_clips: what may be retrieved.
            device: the network's.
            weights: the name of the folder that the network is from.
        """
        self.reader = reader
        self.training_clips = training_clips
        self.weights = weights
        self._network = network
        self._device = device
        self._memory = embed(network, training_clips.patches, device)

    def neighbours(self, clips: Sequence[Clip], k: int = 5) -> list[list[Neighbour]]:
        """Find the nearest training clips of each clip, nearest first.

        Args:
            clips: at 16 kHz, at least one.
            k: how many; 1 to the number of training clips. The paper takes 5.

        Raises:
            DataError: a sound is empty or not finite.
            ValueError: k is out of its range.
        """
        patches = self.reader.read(clips)
        with stage("retrieve"):
            return self.neighbours_of(patches, k)

    def neighbours_of(self, patches: NDArray[np.float32], k: int) -> list[list[Neighbour]]:
        """Do the same for sounds that were read: ``(n_clips, n_patches, width)``."""
        known, neighbours = self.training_clips, []
        for sound in patches:
            # By itself, so that its embedding does not depend on the batch.
            embedded = embed(self._network, sound[None], self._device)
            rows, distances = search(embedded, self._memory, k, "l2")
            neighbours.append(
                [
                    Neighbour(known.clip_ids[row], known.captions[row], float(distance))
                    for row, distance in zip(rows[0], distances[0], strict=True)
                ]
            )
        return neighbours


class TripletRetrieval:
    """Copies the nearest training clip's caption, its first reference."""

    def __init__(
        self, retriever: GuidanceRetriever, facts: Mapping[str, Fact] | None = None
    ) -> None:
        """Take a retriever that is ready, and facts of how it came about."""
        encoder = retriever.reader.encoder
        self.trained_on = encoder.trained_on
        self.facts: dict[str, Fact] = {
            **(facts or {}),
            "encoder": encoder.name,
            "n_training_clips": len(retriever.training_clips),
            "weights": retriever.weights,
        }
        self._retriever = retriever

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        return [nearest.captions[0] for (nearest,) in self._retriever.neighbours(clips, k=1)]

    def explain(self, clips: Sequence[Clip]) -> list[Explanation]:
        """Say which training clips were nearest, by the captions that they would lend.

        Weights are the cosines of the embeddings; the first caption is what was said.
        """
        n_nearest = min(_N_EXPLAINED, len(self._retriever.training_clips))
        return [
            {"nearest captions": [Evidence(of.captions[0], of.cosine) for of in nearest]}
            for nearest in self._retriever.neighbours(clips, k=n_nearest)
        ]


def prepare_triplet_retrieval(resources: Resources, options: PresetOptions) -> TripletRetrieval:
    """Prepare ``triplet-retrieval``; raises what ``prepare_retriever`` does."""
    train = require_train(resources.train)
    preset, settings = TRIPLET_PRESETS.resolve(options, train.dataset)
    chosen_by = describe_validation(resources.validation, settings.validation_share)
    facts: dict[str, Fact] = {"preset": preset, "validation": chosen_by}
    return TripletRetrieval(prepare_retriever(resources, settings), facts)


def prepare_retriever(resources: Resources, settings: TripletSettings) -> GuidanceRetriever:
    """Load a trained module 1, training it first where that was not done yet.

    Raises:
        DataError: there is too little to learn from.
        MissingWeightsError: the encoder or BERTScore's model is not on this machine.
        UsageError: an option cannot be met.
        MachineError: the cache cannot be written.
    """
    train = require_train(resources.train)
    reader = open_reader(settings.encoder, settings.duration_s, resources)
    clips = load_training_clips(train, reader)
    comparison = find_similar_clips(clips.captions, resources, settings)
    validation = None
    if resources.validation is not None:
        others = load_validation_clips(resources.validation, reader)
        similar = relate_to_training(
            others.captions, clips.captions, comparison, resources.artifacts
        )
        validation = ValidationSounds(others.patches, similar)
    lesson = Lesson(
        clips.patches, comparison.similar, settings, resources.seed, resources.device, validation
    )
    folder = train_once(
        "triplet-retrieval",
        _training_key(lesson, clips),
        resources.artifacts,
        partial(TripletTask, lesson),
        training_plan(lesson),
    )
    _, n_patches, width = clips.patches.shape
    network = SoundEmbedder(n_patches, width, settings)
    load_trained(network, folder)
    network.to(resources.device)
    return GuidanceRetriever(reader, network, clips, resources.device, folder.name)


def _training_key(lesson: Lesson, clips: HeardClips) -> dict[str, Fact]:
    """Name all that the weights depend on: sounds, captions and encoder through their effects."""
    chosen_by: dict[str, Fact] = {}
    if lesson.validation is not None:
        chosen_by = {
            "validation_share": None,  # nothing is held out
            "validation": lesson.validation.sha256,
        }
    return {
        **asdict(lesson.settings),
        **chosen_by,
        "code": CODE_VERSION,
        "patches": hash_patches(clips.patches),
        "similar": lesson.similar.sha256,
        "seed": lesson.seed,
        "device": lesson.device.split(":")[0],
    }
