"""How far captions of one sound lie apart: the noise that stands for the gap (``wsac-ni``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from bench_wsac.options import PAPER_ENCODER, PAPER_NOISE_STD, Settings
from bench_wsac.sources import clips_with_several_captions, load_noise_source
from benchmark import DataError, Resources
from benchmark.embeddings import EmbeddingStore
from benchmark.encoders import Embeddings, JointEncoder
from benchmark.systems import parse_name


@dataclass(frozen=True, slots=True)
class Noise:
    """Normal noise on the values of an embedding.

    Attributes:
        std: its standard deviation.
        source: the split whose captions it was estimated from; None where it was given.
    """

    std: float
    source: str | None = None


def choose_noise(
    encoder: JointEncoder, store: EmbeddingStore, resources: Resources, settings: Settings
) -> Noise:
    """Take the noise that is given, or estimate it (WSAC, section 3.1.1).

    A published number is one of the space that it was measured in, which is the paper's CLAP's.

    Raises:
        DataError: no clip of the source has two captions, or the source is not on this machine.
        UnknownNameError: there is no such source.
    """
    if isinstance(settings.noise_std, float | int):
        return Noise(float(settings.noise_std))
    is_published = settings.noise_std == "published" and settings.noise_source == "auto"
    if is_published and parse_name(encoder.name).name == PAPER_ENCODER:
        return Noise(PAPER_NOISE_STD)
    split = load_noise_source(resources, settings.noise_source)
    clips = clips_with_several_captions(split)
    if not clips:
        raise DataError(
            f"the noise is estimated from clips with several captions, and none of the "
            f"{len(split.references)} clips of {split.label} has two. Name a data set that has, as "
            'wsac-ni[noise_source="clotho:development"], or give a number, as noise_std=0.05.'
        )
    drawn = np.random.default_rng([resources.seed, 2]).permutation(len(clips))
    chosen = [clips[at] for at in sorted(drawn[: settings.noise_clips])]
    texts = store.embed_texts(encoder, [text for captions in chosen for text in captions])
    ends = np.cumsum([len(captions) for captions in chosen])
    return Noise(mean_largest_difference(np.split(texts, ends[:-1])), str(split.label))


def mean_largest_difference(clips: Sequence[Embeddings]) -> float:
    """Average, over the pairs of captions of a clip, the largest absolute difference of a value.

    Args:
        clips: ``(n_captions, dim)`` each, with 2 captions or more. Every pair counts once.
    """
    largest = [
        np.abs(first - second).max() for texts in clips for first, second in combinations(texts, 2)
    ]
    return float(np.mean(largest))
