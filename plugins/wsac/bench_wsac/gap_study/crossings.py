"""Ways across the modality gap, and where each leaves sounds and captions (WSAC, section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np

from bench_wsac.gap_study.length import GapLength, estimate_length, length_after_shift
from bench_wsac.gap_study.measure import (
    Figures,
    Pairs,
    Vectors,
    add_noise,
    gap_vector,
    mean_cosine,
    measure_figures,
    nearest_rows,
    to_unit,
)
from benchmark.cli.door import JsonObject
from benchmark.embeddings import project

Settings = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Crossing:
    """A way across the gap, and where it leaves the two sides.

    Attributes:
        strategy: ``before``, ``shift`` (of sounds), ``shift of captions``, ``nearest``,
            ``projection`` or ``noise``.
        settings: what it depends on.
        pairs: sounds and captions after it; nothing is scaled back to unit length.
        figures: of these pairs.
        length: of their gap, estimated; ``gap_norm`` of the figures is the plain one.
        kept_cosine: mean cosine of what was changed and what it was before.
    """

    strategy: str
    settings: Settings
    pairs: Pairs
    figures: Figures
    length: GapLength
    kept_cosine: float

    def to_json(self) -> JsonObject:
        return {
            "strategy": self.strategy,
            "settings": dict(self.settings),
            **asdict(self.figures),
            **asdict(self.length),
            "kept_cosine": self.kept_cosine,
        }


def stay(pairs: Pairs) -> Crossing:
    """Change nothing: the gap as it is."""
    length = estimate_length(pairs)
    return Crossing("before", {}, pairs, measure_figures(pairs), length, kept_cosine=1.0)


def shift(pairs: Pairs, measured_on: Pairs, source: str) -> Crossing:
    """Take the gap off the sounds.

    Args:
        pairs: to change.
        measured_on: the pairs that the gap is measured on.
        source: the split they are from.
    """
    gap = gap_vector(measured_on)
    settings = _describe_gap(gap, measured_on, source)
    crossing = _change_sounds("shift", settings, pairs, pairs.sounds - gap)
    return replace(crossing, length=length_after_shift(pairs, crossing.pairs, measured_on))


def shift_captions(pairs: Pairs, measured_on: Pairs, source: str) -> Crossing:
    """Add the gap to the captions, as WSAC does in training (eq. 2); arguments as in ``shift``."""
    gap = gap_vector(measured_on)
    settings = _describe_gap(gap, measured_on, source)
    crossing = _change_captions("shift of captions", settings, pairs, pairs.captions + gap)
    return replace(crossing, length=length_after_shift(pairs, crossing.pairs, measured_on))


def look_up(
    pairs: Pairs, memory: Vectors, temperatures: Iterable[float], device: str
) -> Iterator[Crossing]:
    """Replace sounds by rows of a memory: by the nearest row, then by a weighted mean of all.

    Args:
        pairs: to change.
        memory: ``(n_captions, dim)``, unit rows, an array or a memory map.
        temperatures: of the softmax that weighs the mean; one crossing each.
        device: torch's spelling; where projections are computed.
    """
    yield _change_sounds("nearest", {}, pairs, nearest_rows(pairs.sounds, memory))
    units = to_unit(pairs.sounds).astype(np.float32)
    for temperature in temperatures:
        projected = project(units, memory, temperature, device=device)
        yield _change_sounds("projection", {"temperature": temperature}, pairs, projected)


def blur(pairs: Pairs, noise_std: float, seed: int) -> Crossing:
    """Add to captions the noise that a decoder was trained with."""
    noisy = add_noise(pairs.captions, noise_std, seed)
    return _change_captions("noise", {"noise_std": noise_std}, pairs, noisy)


def _describe_gap(gap: Vectors, measured_on: Pairs, source: str) -> Settings:
    return {
        "gap_source": source,
        "gap_clips": len(measured_on.sounds),
        "shift_norm": float(np.linalg.norm(gap)),
    }


def _change_sounds(strategy: str, settings: Settings, pairs: Pairs, sounds: Vectors) -> Crossing:
    after = replace(pairs, sounds=sounds)
    kept = mean_cosine(pairs.sounds, sounds)
    figures, length = measure_figures(after), estimate_length(after)
    return Crossing(strategy, settings, after, figures, length, kept)


def _change_captions(
    strategy: str, settings: Settings, pairs: Pairs, captions: Vectors
) -> Crossing:
    after = replace(pairs, captions=captions)
    kept = mean_cosine(pairs.captions, captions)
    figures, length = measure_figures(after), estimate_length(after)
    return Crossing(strategy, settings, after, figures, length, kept)
