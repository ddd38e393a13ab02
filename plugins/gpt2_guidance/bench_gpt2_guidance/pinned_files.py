"""The files that these systems are loaded from, so that a run can note their hashes."""

from __future__ import annotations

from pathlib import Path

from bench_gpt2_guidance.guidance_options import (
    GUIDANCE_PRESETS,
    MINI_BACKBONE,
    GuidanceSettings,
    resolve_retrieval,
)
from bench_gpt2_guidance.prompt_options import PROMPT_PRESETS
from bench_gpt2_guidance.triplet_options import TRIPLET_PRESETS, TripletSettings
from benchmark.encoders import list_encoder_files
from benchmark.models import list_model_files
from benchmark.systems import PresetOptions


def files_of_triplets(options: PresetOptions, dataset: str) -> list[Path]:
    """List what ``triplet-retrieval`` reads: its encoder, and the model of its BERTScore."""
    return _of_retrieval(TRIPLET_PRESETS.resolve(options, dataset).settings)


def files_of_guidance(options: PresetOptions, dataset: str) -> list[Path]:
    """List what ``gpt2-guid`` reads: the same, and GPT-2."""
    preset, settings = GUIDANCE_PRESETS.resolve(options, dataset)
    return _of_writing(settings, preset)


def files_of_prompting(options: PresetOptions, dataset: str) -> list[Path]:
    """List what ``gpt2-prompt`` reads."""
    preset, settings = PROMPT_PRESETS.resolve(options, dataset)
    return _of_writing(settings.among(preset), preset)


def _of_writing(settings: GuidanceSettings, preset: str) -> list[Path]:
    is_own = settings.backbone == MINI_BACKBONE
    backbone = [] if is_own else list_model_files(settings.backbone)
    return [*backbone, *_of_retrieval(resolve_retrieval(settings, preset))]


def _of_retrieval(settings: TripletSettings) -> list[Path]:
    encoder = list_encoder_files(settings.encoder)
    return [*encoder, *list_model_files(settings.similarity_model)]
