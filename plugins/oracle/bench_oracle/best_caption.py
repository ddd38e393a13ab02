"""``top1-bertscore`` (Koizumi et al. 2020, Table 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench_oracle import OracleOptions, choose_model
from benchmark import Captioner, Clip, Evidence, Explanation, Fact, Resources
from benchmark.metrics.bertscore import (
    BestCaptionSearch,
    ScoredCaption,
    score_best_captions,
)

_N_SHOWN = 5


class BestCaption:
    """Says for each clip the training caption that suits its references best."""

    def __init__(
        self, best: Mapping[str, Sequence[ScoredCaption]], facts: Mapping[str, Fact]
    ) -> None:
        """Take the best captions of each clip id, the best first, and how they were found."""
        self.facts = facts
        self._best = best

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        return [self._best[clip.clip_id][0].text for clip in clips]

    def explain(self, clips: Sequence[Clip]) -> list[Explanation]:
        """Give the best captions and their BERTScores; the first is the one that was copied."""
        return [
            {"best captions": [Evidence(text, f1) for text, f1 in self._best[clip.clip_id]]}
            for clip in clips
        ]


def prepare_best_caption(resources: Resources, options: OracleOptions) -> Captioner:
    """Search the training captions for every clip of the evaluated split.

    Raises:
        DataError: the run gave no references, or the training split holds no caption.
        MissingWeightsError: the text model is not on this machine.
    """
    dataset = resources.train.dataset if resources.train else ""
    model = choose_model(options, dataset)
    search = BestCaptionSearch(model, options.layer, options.idf, options.aggregation)
    best = score_best_captions(resources, search, _N_SHOWN)
    return BestCaption(best, {"model": model, "aggregation": options.aggregation})
