"""``top1-bertscore`` (Koizumi et al. 2020, Table 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench_oracle import OracleOptions
from benchmark import Captioner, Clip, Fact, Resources
from benchmark.datasets import EMBEDDED_DATASET
from benchmark.metrics.bertscore import BERT_SCORE_MODEL, BestCaptionSearch, find_best_captions
from benchmark.models import OFFLINE_NAME

_FITTING_MODELS = {EMBEDDED_DATASET: OFFLINE_NAME}  # by the data set trained on


class BestCaption:
    """Says for each clip the training caption that suits its references best."""

    def __init__(self, captions: Mapping[str, str], facts: Mapping[str, Fact]) -> None:
        """Take one caption per clip id, and how they were found."""
        self.facts = facts
        self._captions = captions

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        return [self._captions[clip.clip_id] for clip in clips]


def prepare_best_caption(resources: Resources, options: OracleOptions) -> Captioner:
    """Search the training captions for every clip of the evaluated split.

    Raises:
        DataError: the run gave no references, or the training split holds no caption.
        MissingWeightsError: the text model is not on this machine.
    """
    dataset = resources.train.dataset if resources.train else ""
    model = options.model or _FITTING_MODELS.get(dataset, BERT_SCORE_MODEL)
    search = BestCaptionSearch(model, options.layer, options.idf, options.aggregation)
    best = find_best_captions(resources, search, k=1)
    first = {clip_id: captions[0] for clip_id, captions in best.items()}
    return BestCaption(first, {"model": model, "aggregation": options.aggregation})
