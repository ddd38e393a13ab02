"""The gap between the two sides of a joint space, and the spread of captions of one sound."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from bench_wsac.options import NoiseStd, Settings
from benchmark import DataError, Resources, Split
from benchmark.embeddings import EmbeddingStore, embed_command
from benchmark.encoders import Embeddings, JointEncoder

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Gap:
    """From captions to sounds.

    Attributes:
        vector: ``(dim,)``: the sounds' mean embedding less the captions' (WSAC, section 3.2).
        n_clips: it was measured on.
        source: the split they are from.
    """

    vector: Vector
    n_clips: int
    source: str


def measure_gap(
    encoder: JointEncoder, store: EmbeddingStore, resources: Resources, settings: Settings
) -> Gap:
    """Measure the gap on clips drawn from a split, each with all its captions.

    The paper does not say on which pairs; the recipe of the mean difference is CapDec's.

    Raises:
        DataError: no clip of the split has a sound and a caption.
        UsageError: there is no such split.
    """
    split = _gap_split(resources, settings.gap_source)
    worded = {
        clip_id: [caption for caption in captions if caption.strip()]
        for clip_id, captions in split.references.items()
    }
    ids = sorted(clip_id for clip_id in split.present if worded[clip_id])
    if not ids:
        command = embed_command(split.label, encoder.name, "sounds")
        raise DataError(
            f"the gap between sounds and captions is measured on sounds with captions, and no clip "
            f"of {split.label} has both. Name a data set that has with gap_source, as "
            'wsac-es[gap_source="clotho:evaluation"]; or embed the training sounds where they are '
            f"(`{command}`) and name the file with --embeddings."
        )
    if len(ids) > settings.gap_clips:
        drawn = np.random.default_rng([resources.seed, 1])
        ids = sorted(drawn.choice(ids, settings.gap_clips, replace=False).tolist())
    sounds = store.embed_sounds(
        encoder, (split.read_clip(clip_id, encoder.sample_rate_hz) for clip_id in ids)
    )
    texts = store.embed_texts(encoder, [text for clip_id in ids for text in worded[clip_id]])
    ends = np.cumsum([len(worded[clip_id]) for clip_id in ids])
    means = [part.mean(axis=0, dtype=np.float64) for part in np.split(texts, ends[:-1])]
    vector = sounds.mean(axis=0, dtype=np.float64) - np.mean(means, axis=0)
    return Gap(vector.astype(np.float32), len(ids), str(split.label))


def choose_noise_std(
    noise_std: NoiseStd, texts: Embeddings, clip_of: NDArray[np.int64], n_clips: int, seed: int
) -> float:
    """Return the noise that is given, or estimate it (WSAC, section 3.1).

    The estimate is the mean, over pairs of captions of one clip, of the largest absolute
    difference of any value of their embeddings.

    Args:
        noise_std: the number, or ``estimated``.
        texts: ``(n_captions, dim)``.
        clip_of: ``(n_captions,)``, ascending: whose caption a row is.
        n_clips: how many clips are drawn, at most.
        seed: the run's.

    Raises:
        DataError: no clip has two captions.
    """
    if noise_std != "estimated":
        return noise_std
    starts = np.flatnonzero(np.diff(clip_of, prepend=-1))
    clips = [part for part in np.split(np.arange(len(texts)), starts[1:]) if len(part) > 1]
    if not clips:
        raise DataError(
            f"the noise is estimated from clips with several captions, and none of the "
            f"{len(starts)} training clips has two. Give a number, as wsac-ni[noise_std=0.05]."
        )
    drawn = np.random.default_rng([seed, 2]).permutation(len(clips))[:n_clips]
    largest = [
        np.abs(texts[first] - texts[second]).max()
        for at in sorted(drawn)
        for first, second in combinations(clips[at], 2)
    ]
    return float(np.mean(largest))


def _gap_split(resources: Resources, source: str) -> Split:
    if source != "train":
        return resources.load_split(source)
    if resources.train is None:
        raise DataError("the gap is measured on the training split, and there is none.")
    return resources.train
