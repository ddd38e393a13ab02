"""``top1-bertscore`` (Koizumi et al. 2020, Table 1), and its k best for guidance."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench_oracle import OracleOptions
from benchmark import Captioner, Clip, DataError, Resources, Split
from benchmark.bertscore import BERT_SCORE_MODEL, BertScore
from benchmark.models.weights import ChosenModel, choose_model


class BestCaption:
    """Says for each clip what was found to suit its references best."""

    def __init__(self, captions: Mapping[str, str]) -> None:
        """Take one caption per clip id."""
        self._captions = captions

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        return [self._captions[clip.clip_id] for clip in clips]


def prepare_best_caption(resources: Resources, options: OracleOptions) -> Captioner:
    """Search the training captions for every clip of the evaluated split.

    Raises:
        DataError: the run gave no references, or the training split holds no caption.
        MissingWeightsError: the text model is not on this machine.
    """
    best = topk_bertscore(resources, options, k=1)
    return BestCaption({clip_id: captions[0] for clip_id, captions in best.items()})


def topk_bertscore(resources: Resources, options: OracleOptions, k: int) -> dict[str, list[str]]:
    """Find the k training captions that suit each clip's references best, the best first.

    The search is kept by content: the same references, captions, model and options find it done.

    Returns:
        Clip id to at most k different captions.

    Raises:
        DataError: the run gave no references, or the training split holds no caption.
        MissingWeightsError: the text model is not on this machine.
    """
    if resources.references is None:
        raise DataError("top1-bertscore: this run gave no references; a ceiling needs them.")
    corpus = training_captions(resources.train)
    references = {clip_id: list(texts) for clip_id, texts in sorted(resources.references.items())}
    model = choose_model(BERT_SCORE_MODEL, options.model)

    def build(folder: Path) -> None:
        scorer = BertScore(model, options.layer, idf=options.idf, device=resources.device)
        indices, _ = scorer.top_k_of_groups(
            list(references.values()), corpus, k, options.aggregation
        )
        found = [[corpus[index] for index in row] for row in indices.tolist()]
        best = dict(zip(references, found, strict=True))
        (folder / "captions.json").write_text(json.dumps(best), encoding="utf-8")

    key = _key(model, options, k, [references, corpus])
    folder = resources.artifacts.get_or_build("topk-bertscore", key, build)
    best: dict[str, list[str]] = json.loads((folder / "captions.json").read_text(encoding="utf-8"))
    return best


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
        raise DataError("top1-bertscore: the training split holds no caption to choose from.")
    return captions


def _key(
    model: ChosenModel, options: OracleOptions, k: int, texts: object
) -> dict[str, str | int | bool | None]:
    return {
        "format": 1,
        "weights": model.sha256,
        "layer": options.layer,
        "idf": options.idf,
        "aggregation": options.aggregation,
        "k": k,
        "texts": hashlib.sha256(json.dumps(texts).encode()).hexdigest(),
    }
