"""BERTScore (Zhang et al. 2020) against several references, as bert-score does one pair at a time.

It is greedy matching of contextual token embeddings, here without IDF weights or rescaling.
bert-score pads the pairs of a batch, and its padded places change the numbers, so only its batch
size 1 is well defined. Here each different sentence is encoded once, without padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import UsageError
from benchmark.metrics.ngrams import require_references
from benchmark.models.text_encoder import load_text_encoder
from benchmark.models.weights import ChosenModel
from benchmark.progress import progress_bar

if TYPE_CHECKING:
    from torch import Tensor

BERT_SCORE_MODEL = "roberta-large"
"""bert-score's model for English; it takes the states after layer 17 of 24."""


@dataclass(frozen=True, slots=True)
class BertScores:
    """Three arrays ``(n_clips,)``, each the best over the references; a corpus value is a mean."""

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """``states`` are unit rows ``(n_tokens, width)``; special tokens weigh 0, others alike."""

    states: Tensor
    weights: Tensor


class BertScorer:
    """A text model that remembers every sentence it has encoded, 20 to 60 KB each."""

    def __init__(self, model: ChosenModel, layer: int | None = None, device: str = "cpu") -> None:
        """Load the model up to one layer.

        Args:
            model: see ``models.weights.choose_model``.
            layer: whose states to compare, counted from 1; None takes ``standard_layer``.
            device: torch's spelling.

        Raises:
            MissingWeightsError: the model cannot be loaded.
            UsageError: the model has no such layer.
        """
        self.model = model
        self.layer = check_layer(model, layer)
        # bert-score means the prefix space, though it gets lost with transformers 5.
        self._encoder = load_text_encoder(
            model.folder, device=device, n_layers=self.layer, add_prefix_space=True
        )
        self._device = device
        self._sentences: dict[str, _Sentence | None] = {}

    def score(self, candidates: Sequence[str], references: Sequence[Sequence[str]]) -> BertScores:
        """Score one system.

        Precision, recall and F1 are each the largest over the references on their own, so they
        may come from different references. An empty sentence has 0 for all three.

        Args:
            candidates: one caption per clip.
            references: at least one caption per clip.

        Raises:
            ValueError: candidates and references differ in number.
            DataError: a clip has no reference.
        """
        import torch

        require_references(references)
        self._remember([*candidates, *(text for of_clip in references for text in of_clip)])
        matched = []
        with progress_bar("BERTScore: matching", len(candidates)) as bar:
            for candidate, of_clip in zip(candidates, references, strict=True):
                matched += [self._match(candidate, reference) for reference in of_clip]
                bar.advance()
        # One transfer for all pairs: each one waits for the device.
        precision, recall = torch.stack(matched).double().cpu().numpy().T
        total = precision + recall
        f1 = np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total != 0)
        first_pairs = np.cumsum([0, *(len(of_clip) for of_clip in references[:-1])])
        best = np.maximum.reduceat([precision, recall, f1], first_pairs, axis=1)
        return BertScores(*best)

    def _match(self, candidate: str, reference: str) -> Tensor:
        """Return precision and recall of one pair, ``(2,)`` on the device."""
        import torch

        ours, theirs = self._sentences[candidate], self._sentences[reference]
        if ours is None or theirs is None:
            return torch.zeros(2, device=self._device)
        similarities = ours.states @ theirs.states.T
        precision = similarities.amax(dim=1) @ ours.weights
        recall = similarities.amax(dim=0) @ theirs.weights
        return torch.stack((precision, recall))

    def _remember(self, sentences: Sequence[str]) -> None:
        new = [text for text in dict.fromkeys(sentences) if text not in self._sentences]
        token_ids = self._encoder.token_ids(new)
        for rows, states in self._encoder.hidden_states(token_ids, f"BERTScore: {self.model.name}"):
            states = states / states.norm(dim=2, keepdim=True)
            for row, of_sentence in zip(rows, states, strict=True):
                self._sentences[new[row]] = self._weigh(token_ids[row], of_sentence)

    def _weigh(self, token_ids: Sequence[int], states: Tensor) -> _Sentence | None:
        tokenizer = self._encoder.tokenizer
        special = (tokenizer.cls_token_id, tokenizer.sep_token_id)
        weights = states.new_tensor([token not in special for token in token_ids])
        return _Sentence(states, weights / weights.sum()) if weights.any() else None


def standard_layer(model: str) -> int | None:
    """Return the layer that bert-score's authors chose for a model; None for an unknown one."""
    from bert_score.utils import model2layers

    layers: dict[str, int] = model2layers
    return layers.get(model)


def check_layer(model: ChosenModel, layer: int | None) -> int:
    """Return the layer to use: the given one, else the standard one, else the last.

    Raises:
        UsageError: the model has no such layer.
    """
    from transformers import AutoConfig

    n_layers = int(
        AutoConfig.from_pretrained(model.folder, local_files_only=True).num_hidden_layers
    )
    chosen = layer if layer is not None else standard_layer(model.name) or n_layers
    if not 1 <= chosen <= n_layers:
        raise UsageError(
            f"BERTScore cannot use layer {chosen} of {model.name}: it has layers 1 to {n_layers}."
        )
    return chosen
