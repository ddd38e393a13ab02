"""The training captions that suit a clip's references best: what a ceiling may copy."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from benchmark.artifacts import ArtifactKey
from benchmark.contract import Resources, Split
from benchmark.errors import DataError
from benchmark.files import spell_json
from benchmark.metrics.bertscore.groups import Aggregation
from benchmark.metrics.bertscore.layers import BERT_SCORE_MODEL
from benchmark.metrics.bertscore.scorer import BertScore
from benchmark.models.weights import ChosenModel, choose_model


@dataclass(frozen=True, slots=True)
class BestCaptionSearch:
    """What "best" means.

    Attributes:
        model: text model of BERTScore, a folder or a name; never replaced by another.
        layer: whose states are compared; None takes the model's standard layer.
        idf: weigh tokens by their inverse document frequency in the references.
        aggregation: over the references of a clip, the mean or the largest F1.
    """

    model: str = BERT_SCORE_MODEL
    layer: int | None = None
    idf: bool = False
    aggregation: Aggregation = "mean"


class ScoredCaption(NamedTuple):
    """A caption, and its F1 with a clip's references."""

    text: str
    f1: float


def find_best_captions(
    resources: Resources, search: BestCaptionSearch, k: int
) -> dict[str, list[str]]:
    """Find the k training captions that suit each clip's references best, the best first.

    Returns:
        Clip id to at most k different captions; otherwise as ``score_best_captions``.
    """
    best = score_best_captions(resources, search, k)
    return {clip_id: [caption.text for caption in captions] for clip_id, captions in best.items()}


def score_best_captions(
    resources: Resources, search: BestCaptionSearch, k: int
) -> dict[str, list[ScoredCaption]]:
    """Find the k training captions that suit each clip's references best, with their BERTScores.

    The search is kept by content: the same references, captions, model and options find it done.

    Args:
        resources: with the references and the training split.
        search: what is best.
        k: how many.

    Returns:
        Clip id to at most k different captions, the best first.

    Raises:
        DataError: the run gave no references, or the training split holds no caption.
        MissingWeightsError: the text model is not on this machine.
    """
    if resources.references is None:
        raise DataError(
            "this run gave no references, which the best training captions are chosen by; only a "
            "ceiling gets them."
        )
    corpus = training_captions(resources.train)
    references = {clip_id: list(texts) for clip_id, texts in sorted(resources.references.items())}
    model = choose_model(BERT_SCORE_MODEL, search.model)

    def build(folder: Path) -> None:
        scorer = BertScore(model, search.layer, idf=search.idf, device=resources.device)
        found = scorer.top_k_of_groups(list(references.values()), corpus, k, search.aggregation)
        indices, scores = (part.tolist() for part in found)
        captions = [
            [(corpus[index], f1) for index, f1 in zip(*row, strict=True)]
            for row in zip(indices, scores, strict=True)
        ]
        best = dict(zip(references, captions, strict=True))
        (folder / "captions.json").write_text(spell_json(best), encoding="utf-8")

    key = _key(model, search, k, [references, corpus])
    folder = resources.artifacts.get_or_build("topk-bertscore", key, build)
    best = json.loads((folder / "captions.json").read_text(encoding="utf-8"))
    return {
        clip_id: [ScoredCaption(text, f1) for text, f1 in captions]
        for clip_id, captions in best.items()
    }


def training_captions(train: Split | None) -> list[str]:
    """List the different training captions that hold words, in the order of the clips.

    Raises:
        DataError: there is none.
    """
    texts = (
        (text for clip_id in train.clip_ids for text in train.references[clip_id]) if train else ()
    )
    captions = list(dict.fromkeys(text for text in texts if text.strip()))
    if not captions:
        reason = f"{train.label} holds none" if train else "this run gave no training split"
        raise DataError(
            f"there is no caption to choose from: {reason}; expected training captions with words. "
            "Name another split with --train."
        )
    return captions


def _key(model: ChosenModel, search: BestCaptionSearch, k: int, texts: object) -> ArtifactKey:
    return {
        "format": 2,  # with scores
        "weights": model.sha256,
        "layer": search.layer,
        "idf": search.idf,
        "aggregation": search.aggregation,
        "k": k,
        "texts": hashlib.sha256(spell_json(texts).encode()).hexdigest(),
    }
