"""``nn-vggish``: 1NN-VGGish of the AudioCaps paper (Kim et al. 2019; Koizumi et al. 2020)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from bench_retrieval import N_SHOWN, NnVggishOptions, choose_encoder, tell_no_sounds
from benchmark import Clip, DataError, Evidence, Explanation, Fact, Resources, Split, stage
from benchmark.embeddings import EmbeddingStore, search
from benchmark.encoders import SequenceEncoder, load_sequence_encoder


class NearestSound:
    """Copies the first caption of the training clip whose features are nearest (Euclidean)."""

    def __init__(
        self,
        features: NDArray[np.float32],
        captions: Sequence[str],
        encoder: SequenceEncoder,
        store: EmbeddingStore,
        n_patches: int,
    ) -> None:
        """Take the training clips' features ``(n_clips, n_patches * dim)`` and captions."""
        self.sample_rate_hz = encoder.sample_rate_hz
        self.trained_on = encoder.trained_on
        self.facts: dict[str, Fact] = {"encoder": encoder.name, "n_clips": len(captions)}
        self._features = features
        self._captions = captions
        self._encoder = encoder
        self._store = store
        self._n_patches = n_patches

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        queries = flat_features(self._store, self._encoder, clips, self._n_patches)
        with stage("retrieve"):
            nearest = search(queries, self._features, 1, "l2").indices[:, 0]
        return [self._captions[index] for index in nearest]

    def explain(self, clips: Sequence[Clip]) -> list[Explanation]:
        """Give the captions of the nearest clips; the first is the one that was copied.

        A weight is the distance with its sign turned, so that what is nearer weighs more.
        """
        queries = flat_features(self._store, self._encoder, clips, self._n_patches)
        n_shown = min(N_SHOWN, len(self._captions))
        found = search(queries, self._features, n_shown, "l2")
        return [
            {
                "nearest captions": [
                    Evidence(self._captions[row], -float(distance))
                    for row, distance in zip(rows, distances, strict=True)
                ]
            }
            for rows, distances in zip(found.indices, found.scores, strict=True)
        ]


def prepare_nearest_sound(resources: Resources, options: NnVggishOptions) -> NearestSound:
    """Embed every training clip that has a sound.

    Raises:
        DataError: no training clip has a sound.
        MissingWeightsError: VGGish's weights are not on this machine.
    """
    train = resources.train
    if train is None:
        raise DataError(
            "nn-vggish copies captions of training clips, and there is no training split; expected "
            "one. Name it with --train."
        )
    name = choose_encoder("vggish", options.encoder, train.dataset)
    if not train.present:
        raise DataError(tell_no_sounds(str(train.label), name))
    encoder = load_sequence_encoder(name, resources.device)
    store = EmbeddingStore.open(resources, encoder, "patches")
    clip_ids = [clip_id for clip_id in train.clip_ids if clip_id in train.present]
    clips = _read(train, clip_ids, encoder.sample_rate_hz)
    features = flat_features(store, encoder, clips, options.n_patches)
    captions = [train.references[clip_id][0] for clip_id in clip_ids]
    return NearestSound(features, captions, encoder, store, options.n_patches)


def flat_features(
    store: EmbeddingStore, encoder: SequenceEncoder, clips: Iterable[Clip], n_patches: int
) -> NDArray[np.float32]:
    """Embed clips and lay each one's patches out as a row, cut or filled to ``n_patches``.

    Returns:
        ``(n_clips, n_patches * dim)``.
    """
    rows = []
    for patches in store.embed_sequences(encoder, clips):
        row = np.zeros((n_patches, encoder.dim), dtype=np.float32)
        kept = patches[:n_patches]
        row[: len(kept)] = kept
        rows.append(row.ravel())
    return np.stack(rows)


def _read(train: Split, clip_ids: Sequence[str], sample_rate_hz: int) -> Iterable[Clip]:
    return (train.read_clip(clip_id, sample_rate_hz) for clip_id in clip_ids)
