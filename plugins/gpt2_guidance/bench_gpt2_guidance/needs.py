"""What the systems of this plugin need to get ready."""

from __future__ import annotations

from functools import partial

from bench_gpt2_guidance.guidance_options import (
    GUIDANCE_PRESETS,
    MINI_BACKBONE,
    GuidanceSettings,
    resolve_retrieval,
)
from bench_gpt2_guidance.prompt_options import PROMPT_PRESETS
from bench_gpt2_guidance.triplet_options import TRIPLET_PRESETS, TripletSettings
from benchmark import DataError, Need, Resources, Split
from benchmark.embeddings import embed_command
from benchmark.encoders import encoder_needs
from benchmark.models import need_model
from benchmark.systems import PresetOptions


def needs_of_retrieval(resources: Resources, options: PresetOptions) -> list[Need]:
    """List what ``triplet-retrieval`` needs: an encoder, and BERTScore's model."""
    settings = TRIPLET_PRESETS.resolve(options, _dataset_of(resources)).settings
    return [*encoder_needs(settings.encoder), need_model(settings.similarity_model)]


def needs_of_guidance(resources: Resources, options: PresetOptions) -> list[Need]:
    """List what ``gpt2-guid`` needs: the backbone besides, and training sounds."""
    preset, settings = GUIDANCE_PRESETS.resolve(options, _dataset_of(resources))
    return _needs_of(resources, settings, preset, "retrieval listens to them")


def needs_of_best(resources: Resources, options: PresetOptions) -> list[Need]:
    """List what ``gpt2-guid-gt`` needs: without its audio branch, no sound and no encoder."""
    preset, settings = GUIDANCE_PRESETS.resolve(options, _dataset_of(resources))
    reason = "the audio branch learns from them" if settings.uses_audio else None
    return _needs_of(resources, settings, preset, reason)


def needs_of_prompting(resources: Resources, options: PresetOptions) -> list[Need]:
    """List what ``gpt2-prompt`` needs."""
    preset, settings = PROMPT_PRESETS.resolve(options, _dataset_of(resources))
    return _needs_of(resources, settings.among(preset), preset, "retrieval listens to them")


def require_sounds(train: Split | None, triplets: TripletSettings, reason: str) -> None:
    """Refuse a training split without sounds.

    Args:
        train: the training split; None where nobody named one, which preparing tells.
        triplets: say how sounds would be embedded elsewhere.
        reason: why they are needed.

    Raises:
        DataError: fewer than two clips have one.
    """
    if train is None:
        return
    n_present = sum(clip_id in train.present for clip_id in train.references)
    if n_present < 2:
        command = embed_command(train.label, triplets.encoder, "patches", triplets.duration_s)
        raise DataError(
            f"{train.label}: {n_present} of {len(train.references)} training clips have a sound; "
            f"expected sounds, for {reason}. Put them where `bench data verify {train.label}` "
            f"looks for them, give --embeddings of a machine that has them (`{command}`), name "
            "another split with --train, or learn from captions alone with "
            "gpt2-guid-gt[uses_audio=false]."
        )


def _needs_of(
    resources: Resources, settings: GuidanceSettings, preset: str, listens_for: str | None
) -> list[Need]:
    triplets = resolve_retrieval(settings, preset)
    own = [] if settings.backbone == MINI_BACKBONE else [need_model(settings.backbone)]
    heard: list[Need] = []
    if listens_for is not None:
        sounds = Need(partial(require_sounds, resources.train, triplets, listens_for))
        heard = [*encoder_needs(triplets.encoder), sounds]
    return [*own, *heard, need_model(triplets.similarity_model)]


def _dataset_of(resources: Resources) -> str:
    return resources.train.dataset if resources.train else ""
