"""``nn-clap``: the training caption that lies nearest to a sound in a joint space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench_retrieval import N_SHOWN, NnClapOptions, choose_encoder
from benchmark import Clip, DataError, Evidence, Explanation, Fact, Resources, stage
from benchmark.embeddings import EmbeddingStore, search
from benchmark.encoders import JointEncoder, load_joint_encoder


class NearestCaption:
    """Looks a sound's embedding up among those of all training captions (cosine)."""

    def __init__(
        self,
        captions: Sequence[str],
        memory: NDArray[np.float32],
        encoder: JointEncoder,
        store: EmbeddingStore,
    ) -> None:
        """Take captions and their embeddings ``(n_captions, dim)``, which may be a memory map."""
        self.sample_rate_hz = encoder.sample_rate_hz
        self.trained_on = encoder.trained_on
        self.facts: dict[str, Fact] = {"encoder": encoder.name, "n_captions": len(captions)}
        self._captions = captions
        self._memory = memory
        self._encoder = encoder
        self._store = store

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        queries = self._store.embed_sounds(self._encoder, clips)
        with stage("retrieve"):
            nearest = search(queries, self._memory, 1).indices[:, 0]
        return [self._captions[index] for index in nearest]

    def explain(self, clips: Sequence[Clip]) -> list[Explanation]:
        """Give the nearest captions and their cosines; the first is the one that was copied."""
        queries = self._store.embed_sounds(self._encoder, clips)
        found = search(queries, self._memory, min(N_SHOWN, len(self._captions)))
        return [
            {
                "nearest captions": [
                    Evidence(self._captions[row], float(cosine))
                    for row, cosine in zip(rows, cosines, strict=True)
                ]
            }
            for rows, cosines in zip(found.indices, found.scores, strict=True)
        ]


def prepare_nearest_caption(resources: Resources, options: NnClapOptions) -> NearestCaption:
    """Embed every different training caption; their sounds are not needed.

    Raises:
        DataError: the training split holds no caption.
        MissingWeightsError: the encoder's weights are not on this machine.
    """
    train = resources.train
    texts = (text for i in train.clip_ids for text in train.references[i]) if train else ()
    captions = list(dict.fromkeys(text for text in texts if text.strip()))
    if train is None or not captions:
        raise DataError("nn-clap: the training split holds no caption to choose from.")
    name = choose_encoder("tagbridge", options.encoder, train.dataset)
    encoder = load_joint_encoder(name, resources.device)
    store = EmbeddingStore.open(resources, encoder, "sounds")
    return NearestCaption(captions, store.map_texts(encoder, captions), encoder, store)
