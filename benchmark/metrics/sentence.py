"""SBERT-sim: how close candidate and references lie in a sentence model's space.

It is the likeness that FENSE (Zhou et al. 2022) builds on: the mean, over the references, of the
cosine between Sentence-BERT embeddings (Reimers and Gurevych 2019).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmark.encoders.sentence import SentenceEncoder
from benchmark.metrics.references import require_references
from benchmark.metrics.signature import Part
from benchmark.models.weights import ChosenModel

SBERT_SIM_MODEL = "paraphrase-TinyBERT-L6-v2"
"""The model of aac-metrics and of FENSE's published figures."""


class SentenceSimilarity:
    """A sentence model that remembers every sentence it has embedded."""

    def __init__(self, model: ChosenModel, device: str = "cpu") -> None:
        """Load the model.

        Args:
            model: see ``models.weights.choose_model``.
            device: torch's spelling.

        Raises:
            MissingWeightsError: the model cannot be loaded, or pools otherwise than by the mean.
        """
        self.model = model
        self._encoder = SentenceEncoder(model, name=f"SBERT-sim: {model.name}", device=device)
        self._embeddings: dict[str, NDArray[np.float32]] = {}

    def signature_parts(self) -> tuple[Part, ...]:
        """Say what decides the numbers: model, tokenizer, and where long captions are cut."""
        return (
            ("model", self.model.name),
            ("weights", self.model.sha256[:12]),
            ("tokenizer", self._encoder.hash_tokenizer()),
            ("max_tokens", str(self._encoder.max_tokens)),
        )

    def embed(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Embed sentences, each different one once in this object's life.

        Returns:
            ``(n_sentences, width)``, unit rows.
        """
        self._remember(sentences)
        return np.stack([self._embeddings[text] for text in sentences])

    def score(
        self, candidates: Sequence[str], references: Sequence[Sequence[str]]
    ) -> NDArray[np.float64]:
        """Score one system; the corpus value is the mean.

        Args:
            candidates: one caption per clip, PTB-tokenised and joined by spaces where figures
                shall compare with aac-metrics'.
            references: at least one caption per clip, written the same way.

        Returns:
            ``(n_clips,)``, in [-1, 1].

        Raises:
            ValueError: candidates and references differ in number.
            DataError: a clip has no reference.
        """
        require_references(references)
        self._remember([*candidates, *(text for clip in references for text in clip)])
        known = self._embeddings
        similarities = [
            np.mean([known[reference] @ known[candidate] for reference in clip])
            for candidate, clip in zip(candidates, references, strict=True)
        ]
        return np.array(similarities, dtype=np.float64)

    def _remember(self, sentences: Sequence[str]) -> None:
        new = [text for text in dict.fromkeys(sentences) if text not in self._embeddings]
        self._embeddings.update(zip(new, self._encoder.embed_text(new), strict=True))
