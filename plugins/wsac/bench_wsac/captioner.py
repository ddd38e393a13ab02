"""The WSAC systems at work: a sound's embedding, the way across the gap, a caption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from bench_wsac.evidence import heaviest_captions, nearest_captions
from bench_wsac.network import PrefixDecoder
from bench_wsac.strategies import Crossing
from bench_wsac.vocabulary import Vocabulary
from benchmark import Clip, Explanation, Fact, stage
from benchmark.embeddings import EmbeddingStore
from benchmark.encoders import Embeddings, JointEncoder


class Wsac:
    """A decoder that was trained on captions and reads the embedding of a sound."""

    def __init__(
        self,
        encoder: JointEncoder,
        store: EmbeddingStore,
        crossing: Crossing,
        captions: Sequence[str],
        decoder: PrefixDecoder,
        vocabulary: Vocabulary,
        *,
        is_mapped: bool = True,
        trained_on: Sequence[str] = (),
        facts: Mapping[str, Fact] | None = None,
    ) -> None:
        """Take the parts.

        Args:
            encoder: of sounds.
            store: of their embeddings.
            crossing: from a sound's embedding to the one that the decoder reads.
            captions: of the crossing's memory.
            decoder: trained, on its device.
            vocabulary: the decoder's.
            is_mapped: whether that embedding goes through the decoder's mapping.
            trained_on: data sets that took part besides the encoder's.
            facts: of how the parts came about.
        """
        self.sample_rate_hz = encoder.sample_rate_hz
        self.trained_on = tuple(dict.fromkeys((*encoder.trained_on, *trained_on)))
        self.facts = dict(facts or {})
        self._encoder = encoder
        self._store = store
        self._crossing = crossing
        self._captions = captions
        self._decoder = decoder.eval()
        self._vocabulary = vocabulary
        self._is_mapped = is_mapped

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        """Caption sounds at the encoder's rate.

        Raises:
            DataError: a sound is empty or not finite.
        """
        return self.caption_embeddings(self._store.embed_sounds(self._encoder, clips))

    def explain(self, clips: Sequence[Clip]) -> list[Explanation]:
        """Say which training captions stood for each sound, where any did.

        Those of ``nnd`` come with their cosines, and the first is decoded from; those of ``pd``
        with their shares of the projection. The other strategies look no caption up.
        """
        crossing = self._crossing
        if crossing.strategy not in ("nnd", "pd"):
            return [{} for _ in clips]
        sounds = self._store.embed_sounds(self._encoder, clips)
        memory = crossing.memory, self._captions
        shown = (
            nearest_captions(sounds, *memory)
            if crossing.strategy == "nnd"
            else heaviest_captions(sounds, *memory, crossing.temperature)
        )
        return [{"nearest captions": evidence} for evidence in shown]

    def caption_embeddings(self, sounds: Embeddings) -> list[str]:
        """Caption sounds from their embeddings: ``(n_sounds, dim)``, unit rows."""
        device = next(self._decoder.parameters()).device
        crossed = self._crossing.cross(sounds)
        with stage("generate"), torch.inference_mode():
            read = torch.from_numpy(crossed).to(device)
            prefixes = self._decoder.mapping(read) if self._is_mapped else read
            return [self._vocabulary.decode(rows) for rows in self._decoder.write(prefixes)]
