"""Captioning with guidance captions (Koizumi et al., arXiv 2012.07331), a plugin of aac-bench.

So far its first module: training clips that sound like a new one, found by a small transformer
that was trained with a triplet loss. ``triplet-retrieval`` copies the nearest one's caption.
"""

from __future__ import annotations

from collections.abc import Iterable

from bench_gpt2_guidance.options import TripletOptions
from benchmark import Captioner, Resources, SystemSpec, hookimpl

BENCH_API = 1


@hookimpl
def bench_systems() -> Iterable[SystemSpec]:
    yield SystemSpec(
        "triplet-retrieval",
        "caption of the nearest training clip, learned distance (Koizumi et al. 2020)",
        _prepare_triplet_retrieval,
        TripletOptions,
        is_retrieval=True,
        needs_train=True,
        trained_on=("youtube-8m",),  # VGGish's weights
    )


def _prepare_triplet_retrieval(resources: Resources, options: TripletOptions) -> Captioner:
    from bench_gpt2_guidance.retrieval import TripletRetrieval, prepare_retriever

    return TripletRetrieval(prepare_retriever(resources, options))
