"""Sounds and captions drawn from a split, and embedded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench_wsac.gap_study.measure import Pairs
from benchmark import Split
from benchmark.embeddings import EmbeddingStore
from benchmark.encoders import JointEncoder


def draw_clips(clip_ids: Sequence[str], n_most: int | None, seed: int) -> list[str]:
    """Draw clips as WSAC draws those that it measures the gap on; all where they are few."""
    if n_most is None or len(clip_ids) <= n_most:
        return list(clip_ids)
    drawn = np.random.default_rng([seed, 1])
    chosen: list[str] = drawn.choice(clip_ids, n_most, replace=False).tolist()
    return sorted(chosen)


def embed_pairs(
    encoder: JointEncoder, store: EmbeddingStore, split: Split, clip_ids: Sequence[str]
) -> Pairs:
    """Embed sounds and all their captions."""
    return _embed(encoder, store, split, clip_ids, [split.references[i] for i in clip_ids])


def embed_single_pairs(
    encoder: JointEncoder, store: EmbeddingStore, split: Split, clip_ids: Sequence[str], seed: int
) -> Pairs:
    """Embed sounds and one caption of each, drawn from those with a word.

    Args:
        encoder: to embed with.
        store: where embeddings are kept.
        split: that the clips are of; each has a caption with a word.
        clip_ids: of clips with a sound.
        seed: of the draw.
    """
    drawn = np.random.default_rng([seed, 3])
    worded = [[text for text in split.references[i] if text.strip()] for i in clip_ids]
    return _embed(encoder, store, split, clip_ids, [[str(drawn.choice(of))] for of in worded])


def _embed(
    encoder: JointEncoder,
    store: EmbeddingStore,
    split: Split,
    clip_ids: Sequence[str],
    captions: Sequence[Sequence[str]],
) -> Pairs:
    sounds = store.embed_sounds(
        encoder, (split.read_clip(clip_id, encoder.sample_rate_hz) for clip_id in clip_ids)
    )
    texts = store.embed_texts(encoder, [text for of_clip in captions for text in of_clip])
    clip_of = np.repeat(np.arange(len(clip_ids)), [len(of_clip) for of_clip in captions])
    return Pairs(sounds, texts, clip_of)
