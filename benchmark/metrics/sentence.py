"""SBERT-sim: how close candidate and references lie in a sentence model's space.

It is the likeness that FENSE (Zhou et al. 2022) builds on: the mean, over the references, of the
cosine between Sentence-BERT embeddings (Reimers and Gurevych 2019).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import MissingWeightsError
from benchmark.metrics.ngrams import require_references
from benchmark.models.text_encoder import load_text_encoder
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
        _require_mean_pooling(model.folder)
        config = _read_json(model.folder / "sentence_bert_config.json", default={})
        self._is_lowered = bool(config.get("do_lower_case"))
        self._encoder = load_text_encoder(
            model.folder, device=device, max_tokens=config.get("max_seq_length")
        )
        self._embeddings: dict[str, NDArray[np.float32]] = {}

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
        self._remember([*candidates, *(text for of_clip in references for text in of_clip)])
        known = self._embeddings
        similarities = [
            np.mean([known[reference] @ known[candidate] for reference in of_clip])
            for candidate, of_clip in zip(candidates, references, strict=True)
        ]
        return np.array(similarities, dtype=np.float64)

    def _remember(self, sentences: Sequence[str]) -> None:
        new = [text for text in dict.fromkeys(sentences) if text not in self._embeddings]
        texts = [text.lower() for text in new] if self._is_lowered else new
        token_ids = self._encoder.token_ids(texts)
        for rows, states in self._encoder.hidden_states(token_ids, f"SBERT-sim: {self.model.name}"):
            means = states.mean(dim=1)
            means = means / means.norm(dim=1, keepdim=True)
            for row, embedding in zip(rows, means.cpu().numpy(), strict=True):
                self._embeddings[new[row]] = embedding


def _require_mean_pooling(folder: Path) -> None:
    modules = _read_json(folder / "modules.json", default=[])
    kinds = {module["type"].rsplit(".", 1)[-1] for module in modules}
    unknown = kinds - {"Transformer", "Pooling", "Normalize"}
    pooling = _read_json(folder / "1_Pooling" / "config.json", default={})
    modes = {key for key, on in pooling.items() if key.startswith("pooling_mode_") and on}
    modes = modes or {pooling.get("pooling_mode", "mean")}
    if unknown or not modes <= {"mean", "pooling_mode_mean_tokens"}:
        raise MissingWeightsError(
            f"the sentence model in {folder} uses {', '.join(sorted(map(str, unknown | modes)))}; "
            "only a transformer with mean pooling is supported. Choose another model."
        )


def _read_json(path: Path, default: Any) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else default
