"""What module 1 is as a system of its own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bench_gpt2_guidance.triplet_options import TripletOptions
from benchmark import Captioner, Need, Resources, SystemSpec
from benchmark.models import TORCH_AND_TRANSFORMERS
from benchmark.systems import PresetOptions


def _needs(resources: Resources, options: PresetOptions) -> Iterable[Need]:
    from bench_gpt2_guidance.needs import needs_of_retrieval

    return needs_of_retrieval(resources, options)


def _prepare(resources: Resources, options: PresetOptions) -> Captioner:
    from bench_gpt2_guidance.retrieval import prepare_triplet_retrieval

    return prepare_triplet_retrieval(resources, options)


def _files(options: PresetOptions, dataset: str) -> list[Path]:
    from bench_gpt2_guidance.pinned_files import files_of_triplets

    return files_of_triplets(options, dataset)


TRIPLET_RETRIEVAL = SystemSpec(
    "triplet-retrieval",
    "caption of the nearest training clip, learned distance (Koizumi et al. 2020)",
    _prepare,
    TripletOptions,
    weights=_files,
    is_retrieval=True,
    needs_train=True,
    uses_validation=True,
    needs_waveform=False,
    needs=_needs,
    trained_on=("youtube-8m",),  # VGGish's weights
    imports=TORCH_AND_TRANSFORMERS,
    builds_ahead=8,
)
