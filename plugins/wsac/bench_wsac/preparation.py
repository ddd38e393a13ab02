"""Prepares a WSAC system: embeds the training captions and trains the decoder, once each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench_wsac.captioner import Wsac
from bench_wsac.captions import read_validation, training_captions
from bench_wsac.gap import Gap, measure_gap
from bench_wsac.lesson import Bridge, Examples, Lesson
from bench_wsac.needs import describe_missing
from bench_wsac.network import PrefixDecoder
from bench_wsac.noise import Noise, choose_noise
from bench_wsac.options import PRESETS, WEIGHT_SETTINGS, Settings, Strategy
from bench_wsac.sources import require_train
from bench_wsac.strategies import Crossing
from bench_wsac.task import DecoderTask
from bench_wsac.vocabulary import GPT2_ROWS, Vocabulary, used_pieces
from benchmark import (
    Artifacts,
    DataError,
    Fact,
    MissingWeightsError,
    Resources,
    Split,
    UsageError,
)
from benchmark.embeddings import EmbeddingStore
from benchmark.encoders import Embeddings, JointEncoder, TokenizingEncoder, load_joint_encoder
from benchmark.models.training import TrainingPlan, gains_from_bfloat16, load_trained, train_once
from benchmark.systems import PresetOptions

CODE_VERSION = 2
"""Raise it with any change that changes weights."""

_TAIL = 1000
_Rows = NDArray[np.int64]


def prepare_wsac(strategy: Strategy, resources: Resources, options: PresetOptions) -> Wsac:
    """Prepare a system; those whose training is the same share it.

    ``wsac``, ``wsac-nnd`` and ``wsac-pd`` differ in decoding only.

    Raises:
        DataError: there is too little to learn from, or no sound to measure a gap on.
        MissingWeightsError: the encoder's weights are not on this machine.
        UsageError: options do not go together, or a training did not stay finite.
        MachineError: the cache cannot be written.
    """
    train = require_train(resources.train)
    preset, settings = PRESETS.resolve(options, train.dataset)
    encoder = _load_encoder(settings, preset, resources.device)
    store = EmbeddingStore.open(resources, encoder, "sounds")
    captions, clip_of = training_captions(train)
    vocabulary = choose_vocabulary(encoder, captions, settings)
    memory = store.map_texts(encoder, captions)
    gap = measure_gap(encoder, store, resources, settings) if strategy == "es" else None
    crossing = _choose_crossing(strategy, settings, gap, memory, resources.device)
    targets, n_cut = vocabulary.encode(
        captions, settings.max_tokens, with_start=settings.start_is_target
    )
    noise = choose_noise(encoder, store, resources, settings) if strategy == "ni" else None
    bridge = _choose_bridge(settings, gap, noise)
    lesson = Lesson(
        Examples(captions, memory, targets, clip_of),
        read_validation(resources.validation, encoder, store, vocabulary, settings),
        vocabulary,
        bridge,
        settings,
        resources.seed,
        resources.device,
    )
    key = _training_key(lesson, encoder.fingerprint)
    decoder, folder = _trained_decoder(lesson, key, resources.artifacts)
    facts: dict[str, Fact] = {
        "preset": preset,
        "encoder": encoder.name,
        "n_captions": len(captions),
        "n_captions_cut": n_cut,
        "n_pieces": vocabulary.n_rows,
        "n_parameters": sum(value.numel() for value in decoder.parameters()),
        "weights": folder.name,
        **_facts_of_validation(lesson, resources.validation, train),
        **_facts_of(strategy, settings, bridge, gap, noise),
    }
    return Wsac(
        encoder,
        store,
        crossing,
        captions[: len(crossing.memory)],
        decoder,
        vocabulary,
        is_mapped=settings.is_mapped,
        # The training sounds too: the paper's setting is that nothing hears them.
        trained_on=() if gap is None else (gap.source,),
        facts=facts,
    )


def choose_vocabulary(
    encoder: JointEncoder, captions: Sequence[str], settings: Settings
) -> Vocabulary:
    """Build the decoder's vocabulary from the tokenizer of the text encoder.

    Raises:
        DataError: the captions hold no piece of it.
        UsageError: the encoder has no tokenizer, or one that does not fit.
    """
    if not isinstance(encoder, TokenizingEncoder):
        raise UsageError(
            f"the encoder {encoder.name} shows no tokenizer; expected one, whose pieces are the "
            "decoder's words. Use another encoder."
        )
    used = used_pieces(encoder.tokenizer, captions)
    rows = GPT2_ROWS if settings.vocabulary == "gpt2" else None
    return Vocabulary(encoder.tokenizer, used if settings.vocabulary == "used" else None, rows)


def _load_encoder(settings: Settings, preset: str, device: str) -> JointEncoder:
    try:
        return load_joint_encoder(settings.encoder, device)
    except MissingWeightsError as error:
        raise describe_missing(error, preset, settings.encoder) from error


def _choose_bridge(settings: Settings, gap: Gap | None, noise: Noise | None) -> Bridge:
    if noise is not None:
        return Bridge(noise.std, None, settings.renormalised)
    if gap is not None:
        offset = gap.vector if settings.shift == "training" else None
        return Bridge(settings.shift_noise_std, offset, settings.renormalised)
    return Bridge()


def _choose_crossing(
    strategy: Strategy, settings: Settings, gap: Gap | None, memory: Embeddings, device: str
) -> Crossing:
    n_dropped = len(memory) % _TAIL if settings.memory_tail_dropped else 0
    if n_dropped == len(memory):
        raise DataError(
            f"memory_tail_dropped leaves nothing of {len(memory)} captions; expected {_TAIL} or "
            "more. Leave it out."
        )
    if not settings.is_mapped and memory.shape[1] != settings.width:
        raise UsageError(
            f"is_mapped=false feeds embeddings of width {memory.shape[1]} to a decoder of width "
            f"{settings.width}; expected the same. Choose width={memory.shape[1]}."
        )
    is_projected = strategy == "pd"
    return Crossing(
        strategy,
        memory[: len(memory) - n_dropped],
        settings.temperature,
        offset=-gap.vector if gap is not None and settings.shift == "decoding" else None,
        renormalised=settings.projection_renormalised if is_projected else settings.renormalised,
        device=device,
    )


def _trained_decoder(
    lesson: Lesson, key: dict[str, Fact], artifacts: Artifacts
) -> tuple[PrefixDecoder, Path]:
    settings = lesson.settings
    plan = TrainingPlan(
        "wsac decoder",
        settings.epochs,
        lesson.seed,
        patience=settings.patience or None,
        clip_norm=settings.clip_norm or None,
        is_bfloat16=settings.amp and gains_from_bfloat16(lesson.device),
    )
    folder = train_once("wsac-decoder", key, artifacts, lambda: DecoderTask(lesson), plan)
    network = lesson.new_network()
    load_trained(network, folder)
    return network, folder


def _training_key(lesson: Lesson, encoder_fingerprint: str) -> dict[str, Fact]:
    """Name all that the weights depend on."""
    validation, chosen = lesson.validation, asdict(lesson.settings)
    if validation is not None or chosen["best_by"] == "last":
        chosen["validation_share"] = 0.0  # it has no say
    return {
        **{name: chosen[name] for name in WEIGHT_SETTINGS},
        "amp": chosen["amp"] and gains_from_bfloat16(lesson.device),
        "code": CODE_VERSION,
        "encoder": encoder_fingerprint,
        "captions": _hash_texts(lesson.examples.captions, lesson.examples.clip_of.tobytes()),
        "validation": None if validation is None else _hash_texts(validation.captions),
        "bridge": lesson.bridge.key,
        "seed": lesson.seed,
        "device": lesson.device.split(":")[0],
    }


def _hash_texts(texts: Sequence[str], first: bytes = b"") -> str:
    digest = hashlib.sha256(first)
    for text in texts:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()


def _facts_of_validation(lesson: Lesson, split: Split | None, train: Split) -> dict[str, Fact]:
    """Say what the best epoch was chosen by."""
    if lesson.validation is not None and split is not None:
        source, n_captions = str(split.label), len(lesson.validation.captions)
    else:
        n_captions = len(lesson.divide()[1])
        source = f"{lesson.settings.validation_share:g} of the clips of {train.label}"
    return {
        "best_by": lesson.settings.best_by if n_captions else "last",
        "validation": source if n_captions else None,
        "n_validation_captions": n_captions,
    }


def _facts_of(
    strategy: Strategy, settings: Settings, bridge: Bridge, gap: Gap | None, noise: Noise | None
) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    if bridge.noise_std:
        facts["noise_std"] = bridge.noise_std
    if noise is not None and noise.source is not None:
        facts["noise_source"] = noise.source
    if strategy == "pd":
        facts["temperature"] = settings.temperature
    if gap is not None:
        norm = float(np.linalg.norm(gap.vector))
        facts |= {"gap_norm": norm, "gap_clips": gap.n_clips, "gap_source": gap.source}
    return facts
