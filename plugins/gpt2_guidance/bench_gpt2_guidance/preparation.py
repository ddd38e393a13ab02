"""Prepares ``gpt2-guid`` and its ceiling: the two modules, each trained once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from bench_gpt2_guidance.backbone import Backbone, load_pretrained_backbone
from bench_gpt2_guidance.captioner import GuidedCaptioner
from bench_gpt2_guidance.generator_network import Generator
from bench_gpt2_guidance.generator_task import GeneratorLesson, GeneratorTask
from bench_gpt2_guidance.guidance_options import (
    GUIDANCE_PRESETS,
    GuidanceSettings,
    resolve_retrieval,
)
from bench_gpt2_guidance.guidance_pools import cut_units, find_pools
from bench_gpt2_guidance.guidance_sources import BestGuidance, GuidanceSource, RetrievedGuidance
from bench_gpt2_guidance.mini_backbone import train_mini_backbone
from bench_gpt2_guidance.needs import require_sounds
from bench_gpt2_guidance.retrieval import prepare_retriever
from bench_gpt2_guidance.similarity import compare_clips
from bench_gpt2_guidance.training_clips import (
    PatchReader,
    WordedClips,
    load_training_clips,
    load_worded_validation,
    open_reader,
    require_train,
    worded_clips,
)
from bench_gpt2_guidance.triplet_options import TripletSettings
from bench_gpt2_guidance.triplets import Rows, hold_out_share
from bench_gpt2_guidance.validation import describe_validation, relate_to_training
from benchmark import DataError, Fact, Resources, Split
from benchmark.metrics.bertscore import BestCaptionSearch, find_best_captions
from benchmark.models.training import load_trained, train_once
from benchmark.systems import PresetOptions


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be prepared.

    Attributes:
        train: the training split.
        preset: the one that counts.
        settings: module 2's.
        triplets: module 1's, and which clips are similar.
        backbone: a pretrained one; None: ``mini``, which learns from captions first.
    """

    train: Split
    preset: str
    settings: GuidanceSettings
    triplets: TripletSettings
    backbone: Backbone | None


def prepare_retrieved(resources: Resources, options: PresetOptions) -> GuidedCaptioner:
    """Prepare ``gpt2-guid``, guided by module 1.

    Raises:
        DataError: there is too little to learn from.
        MissingWeightsError: backbone, encoder or BERTScore's model is not on this machine.
        UsageError: an option cannot be met, or a training did not stay finite.
        MachineError: the cache cannot be written.
    """
    choice = _choose(resources, options)
    require_sounds(choice.train, choice.triplets, "retrieval listens to them")
    retriever = prepare_retriever(resources, choice.triplets)
    settings = choice.settings
    source = RetrievedGuidance(
        retriever, settings.k_guidance, resources.seed, shuffled=settings.guidance_shuffled
    )
    reader, heard = retriever.reader, retriever.training_clips
    is_heard = settings.uses_audio
    clips = worded_clips(choice.train, heard if is_heard else None)
    validation = load_worded_validation(resources.validation, reader if is_heard else None)
    lesson = prepare_lesson(choice, resources, clips, validation)
    facts: dict[str, Fact] = {"retrieval_weights": retriever.weights}
    return _assemble(choice, resources, lesson, source, reader, facts)


def prepare_best(resources: Resources, options: PresetOptions) -> GuidedCaptioner:
    """Prepare ``gpt2-guid-gt``, guided by what suits the references best; raises the same."""
    choice = _choose(resources, options)
    settings, triplets = choice.settings, choice.triplets
    reader = heard = None
    if settings.uses_audio:
        require_sounds(choice.train, choice.triplets, "the audio branch learns from them")
    search = BestCaptionSearch(
        triplets.similarity_model,
        triplets.similarity_layer or None,
        triplets.similarity_idf,
        settings.aggregation,
    )
    source = BestGuidance(
        find_best_captions(resources, search, settings.k_guidance),
        settings.k_guidance,
        resources.seed,
        shuffled=settings.guidance_shuffled,
    )
    if settings.uses_audio:
        reader = open_reader(triplets.encoder, triplets.duration_s, resources)
        heard = load_training_clips(choice.train, reader)
    clips = worded_clips(choice.train, heard)
    validation = load_worded_validation(resources.validation, reader)
    lesson = prepare_lesson(choice, resources, clips, validation)
    facts: dict[str, Fact] = {"aggregation": settings.aggregation}
    return _assemble(choice, resources, lesson, source, reader, facts)


def prepare_lesson(
    choice: Choice, resources: Resources, clips: WordedClips, validation: WordedClips | None
) -> GeneratorLesson:
    """Get ready what module 2 learns from.

    Args:
        choice: what is to be prepared.
        resources: seed, device, and where things are kept.
        clips: of the training split; without patches there is no audio branch.
        validation: what the best epoch is chosen by, with patches if the others have some; None:
            clips are held out.

    Raises:
        DataError: there are too few clips.
        MissingWeightsError: the backbone or BERTScore's model is not on this machine.
        UsageError: an option cannot be met.
    """
    settings, triplets = choice.settings, choice.triplets
    rows = _rows_that_train(choice, clips, validation, resources.seed)
    backbone = choice.backbone or train_mini_backbone(
        clips.captions,
        settings,
        resources,
        validation=None if validation is None else validation.captions,
    )
    units = cut_units(clips.captions, settings.guidance_unit)
    comparison = compare_clips(
        units.captions, resources, triplets, exclude_duplicates=settings.exclude_duplicates
    )
    others, patches = None, clips.patches
    if validation is not None:
        guided = cut_units(validation.captions, settings.guidance_unit)
        relation = relate_to_training(
            guided.captions, units.captions, comparison, resources.artifacts
        )
        others = guided, relation
    if patches is not None and validation is not None and validation.patches is not None:
        patches = np.concatenate([patches, validation.patches])
    pools = find_pools(units, comparison, rows, settings.k_guidance, others)
    return GeneratorLesson(backbone, pools, patches, settings, resources.seed, resources.device)


def _rows_that_train(
    choice: Choice, clips: WordedClips, validation: WordedClips | None, seed: int
) -> Rows:
    share, k, n_clips = choice.settings.validation_share, choice.settings.k_guidance, len(clips[0])
    rows: Rows = np.arange(n_clips)
    if validation is None and n_clips:
        rows, _ = hold_out_share(n_clips, share, seed)
    if len(rows) <= k:
        held_out = f" (validation_share={share})" if validation is None else ""
        raise DataError(
            f"{choice.train.label}: {n_clips} clips have a caption"
            f"{'' if clips.patches is None else ' and a sound'}, of which {len(rows)} train"
            f"{held_out}; expected at least {k + 1} for k_guidance={k}. Choose a smaller "
            "k_guidance, or name another split with --train."
        )
    return rows


def _choose(resources: Resources, options: PresetOptions) -> Choice:
    train = require_train(resources.train)
    preset, settings = GUIDANCE_PRESETS.resolve(options, train.dataset)
    backbone = load_pretrained_backbone(settings)
    if backbone is not None:
        backbone.require_room(settings)
    return Choice(train, preset, settings, resolve_retrieval(settings, preset), backbone)


def _assemble(
    choice: Choice,
    resources: Resources,
    lesson: GeneratorLesson,
    source: GuidanceSource,
    reader: PatchReader | None,
    facts: Mapping[str, Fact],
) -> GuidedCaptioner:
    folder = train_once(
        "gpt2-guid",
        lesson.key(),
        resources.artifacts,
        partial(GeneratorTask, lesson),
        lesson.plan(),
    )
    generator = lesson.new_network()
    load_trained(generator, folder)
    facts = {
        "preset": choice.preset,
        "encoder": reader.encoder.name if reader else None,
        "validation": describe_validation(resources.validation, choice.settings.validation_share),
        **_facts_of(lesson, generator),
        "weights": folder.name,
        **facts,
    }
    seen = (*(reader.encoder.trained_on if reader else ()), *lesson.backbone.trained_on)
    return GuidedCaptioner(generator, lesson.writer, source, reader, trained_on=seen, facts=facts)


def _facts_of(lesson: GeneratorLesson, generator: Generator) -> dict[str, Fact]:
    settings, (captions, clips) = lesson.settings, lesson.pools.training
    texts = [text for of_unit in captions for text in of_unit]
    _, n_cut = lesson.writer.encode_captions(texts)
    sizes = [(value.requires_grad, value.numel()) for value in generator.parameters()]
    return {
        "backbone": lesson.backbone.name,
        "k_guidance": settings.k_guidance,
        "uses_audio": settings.uses_audio,
        "guidance_shuffled": settings.guidance_shuffled,
        "best_by": settings.best_by,
        "guidance_unit": settings.guidance_unit,
        "n_training_clips": int(clips[-1]) + 1,
        "n_training_captions": len(texts),
        "n_topped_up": lesson.pools.n_topped_up,
        "n_captions_cut": n_cut,
        "n_parameters_trained": sum(size for is_trained, size in sizes if is_trained),
        "n_parameters_frozen": sum(size for is_trained, size in sizes if not is_trained),
    }
