"""``top1-bertscore`` (Koizumi et al. 2020, Table 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench_oracle import OracleOptions
from benchmark import Captioner, Clip, Resources
from benchmark.bertscore import BestCaptionSearch, find_best_captions


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
    search = BestCaptionSearch(options.model, options.layer, options.idf, options.aggregation)
    best = find_best_captions(resources, search, k=1)
    return BestCaption({clip_id: captions[0] for clip_id, captions in best.items()})
