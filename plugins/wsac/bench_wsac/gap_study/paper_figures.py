"""What figures 2 and 3 of WSAC (arXiv 2309.12242) show, of a finished run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Literal

from bench_wsac.gap_study.crossings import Crossing, Settings, blur, look_up, shift_captions, stay
from bench_wsac.gap_study.measure import Pairs
from bench_wsac.gap_study.samples import draw_clips, embed_single_pairs
from bench_wsac.gap_study.study import (
    DEFAULT_TEMPERATURE,
    NO_NOISE,
    EncoderGap,
    GapReport,
    GapRequest,
    Study,
    open_study,
    values_of,
)
from benchmark import Split, SplitLabel
from benchmark.encoders import JointEncoder
from benchmark.runs import RunError

FigureNumber = Literal[2, 3]
PAIRS_DRAWN = 300
"""Pairs that a figure shows unless somebody says otherwise; the paper does not say how many."""


def report_figure(request: GapRequest, figure: FigureNumber) -> GapReport:
    """Measure what a figure of the paper shows, in each encoder's space.

    A pair is a sound and one caption of it, drawn with the run's seed. Figure 2 holds pairs of the
    training split as they are; figure 3 such pairs with noise on their captions (a) and with
    their captions shifted by the gap (b), and pairs of the evaluated split with the nearest
    training caption in the sound's place (c) and with its projection (d).

    Raises:
        RunError: figure 3 of a run on the training split itself; else as ``report_gap``.
        DataError: no clip of a split that is shown has a sound; else as ``report_gap``.
        BenchError: else as ``report_gap``.
    """
    study = open_study(request)
    if figure == 3 and study.is_of_training:
        raise RunError(
            f"{request.run} is about the training split {study.train.label} itself: in figure 3 "
            "sounds would find their own captions. Name a run on another split, or draw figure 2."
        )
    examine = _examine_training if figure == 2 else _examine_strategies
    return study.report([examine(study, encoder) for encoder in study.load_encoders()])


def _examine_training(study: Study, encoder: JointEncoder) -> EncoderGap:
    before = _name_split(stay(_training_pairs(study, encoder)), study.train.label)
    return EncoderGap(encoder.name, tuple(study.users_of(encoder)), None, (before,), ())


def _examine_strategies(study: Study, encoder: JointEncoder) -> EncoderGap:
    notes: list[str] = []
    users = study.users_of(encoder)
    memory = study.embed_memory(encoder)
    temperatures = values_of(users, "temperature") or [DEFAULT_TEMPERATURE]
    looked_up = look_up(
        _evaluated_pairs(study, encoder), memory, temperatures[:1], study.request.device
    )
    crossings = (
        *(_name_split(each, study.train.label) for each in _change(study, encoder, notes)),
        *(_name_split(each, study.split.label) for each in looked_up),
    )
    return EncoderGap(encoder.name, tuple(users), len(memory), crossings, tuple(notes))


def _change(study: Study, encoder: JointEncoder, notes: list[str]) -> Iterator[Crossing]:
    """Change captions as systems do in training: by noise, then by the gap."""
    users = study.users_of(encoder)
    pairs = _training_pairs(study, encoder)
    stds = values_of(users, "noise_std")
    if stds:
        yield blur(pairs, stds[0], study.seed)
    else:
        notes.append(NO_NOISE)
    for measured_on, source in islice(study.measure_gaps(encoder, users, notes), 1):
        yield shift_captions(pairs, measured_on, source)


def _training_pairs(study: Study, encoder: JointEncoder) -> Pairs:
    return _draw_pairs(study, encoder, study.train, study.training_clips())


def _evaluated_pairs(study: Study, encoder: JointEncoder) -> Pairs:
    return _draw_pairs(study, encoder, study.split, study.evaluated_clips())


def _draw_pairs(
    study: Study, encoder: JointEncoder, split: Split, clip_ids: Sequence[str]
) -> Pairs:
    seed = study.seed
    drawn = draw_clips(clip_ids, study.request.n_clips or PAIRS_DRAWN, seed)
    return embed_single_pairs(encoder, study.store, split, drawn, seed)


def _name_split(crossing: Crossing, label: SplitLabel) -> Crossing:
    shown: Settings = {"pairs_of": str(label), "n_pairs": len(crossing.pairs.sounds)}
    return replace(crossing, settings={**shown, **crossing.settings})
