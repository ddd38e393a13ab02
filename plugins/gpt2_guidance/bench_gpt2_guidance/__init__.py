"""Captioning with guidance captions (Koizumi et al., arXiv 2012.07331), a plugin of aac-bench.

Its first module finds training clips that sound like a new one, by a small transformer that was
trained with a triplet loss; ``triplet-retrieval`` copies the nearest one's caption. The second
writes a caption: a frozen GPT-2 whose states attend to those of the captions that were found.
``gpt2-prompt`` goes without the second: GPT-2 goes on with the captions as a text.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bench_gpt2_guidance.guidance_options import GuidanceOptions
from bench_gpt2_guidance.prompt_options import PromptOptions
from bench_gpt2_guidance.triplet_system import TRIPLET_RETRIEVAL
from benchmark import Captioner, Need, Resources, SystemSpec, hookimpl
from benchmark.models import TORCH_AND_TRANSFORMERS
from benchmark.systems import PresetOptions

BENCH_API = 2


@hookimpl
def bench_systems() -> Iterable[SystemSpec]:
    yield TRIPLET_RETRIEVAL
    yield SystemSpec(
        "gpt2-guid",
        "GPT-2 guided by the captions of training clips that sound alike (Koizumi et al. 2020)",
        _prepare_retrieved,
        GuidanceOptions,
        weights=_guidance_files,
        needs_train=True,
        uses_validation=True,
        needs_waveform=False,
        needs=_needs_of_guidance,
        trained_on=("youtube-8m", "webtext"),  # VGGish's weights, GPT-2's
        imports=TORCH_AND_TRANSFORMERS,
        builds_ahead=1,
    )
    yield SystemSpec(
        "gpt2-guid-gt",
        "GPT-2 guided by the training captions with the best BERTScore to the clip's references",
        _prepare_best,
        GuidanceOptions,
        weights=_guidance_files,
        kind="ceiling",
        needs_train=True,
        uses_validation=True,
        needs_waveform=False,
        needs_audio=False,  # with uses_audio=false
        needs=_needs_of_best,
        trained_on=("youtube-8m", "webtext"),
        imports=TORCH_AND_TRANSFORMERS,
        builds_ahead=9,
    )
    yield SystemSpec(
        "gpt2-prompt",
        "GPT-2 goes on with the captions of training clips that sound alike, nothing of it trained",
        _prepare_prompted,
        PromptOptions,
        weights=_prompting_files,
        needs_train=True,
        uses_validation=True,
        needs_waveform=False,
        needs=_needs_of_prompting,
        trained_on=("youtube-8m", "webtext"),
        imports=TORCH_AND_TRANSFORMERS,
        builds_ahead=1,
    )


def _guidance_files(options: PresetOptions, dataset: str) -> list[Path]:
    from bench_gpt2_guidance.pinned_files import files_of_guidance

    return files_of_guidance(options, dataset)


def _prompting_files(options: PresetOptions, dataset: str) -> list[Path]:
    from bench_gpt2_guidance.pinned_files import files_of_prompting

    return files_of_prompting(options, dataset)


def _needs_of_guidance(resources: Resources, options: PresetOptions) -> Iterable[Need]:
    from bench_gpt2_guidance.needs import needs_of_guidance

    return needs_of_guidance(resources, options)


def _needs_of_best(resources: Resources, options: PresetOptions) -> Iterable[Need]:
    from bench_gpt2_guidance.needs import needs_of_best

    return needs_of_best(resources, options)


def _needs_of_prompting(resources: Resources, options: PresetOptions) -> Iterable[Need]:
    from bench_gpt2_guidance.needs import needs_of_prompting

    return needs_of_prompting(resources, options)


def _prepare_retrieved(resources: Resources, options: PresetOptions) -> Captioner:
    from bench_gpt2_guidance.preparation import prepare_retrieved

    return prepare_retrieved(resources, options)


def _prepare_best(resources: Resources, options: PresetOptions) -> Captioner:
    from bench_gpt2_guidance.preparation import prepare_best

    return prepare_best(resources, options)


def _prepare_prompted(resources: Resources, options: PresetOptions) -> Captioner:
    from bench_gpt2_guidance.prompting import prepare_prompted

    return prepare_prompted(resources, options)
