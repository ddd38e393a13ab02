"""The gap between the two sides of a joint space (``wsac-es``)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench_wsac.options import Settings
from bench_wsac.sources import gap_choices, load_gap_source, require_train
from benchmark import DataError, Resources, Split
from benchmark.embeddings import EmbeddingStore, embed_command
from benchmark.encoders import JointEncoder

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Gap:
    """From captions to sounds.

    Attributes:
        vector: ``(dim,)``: the sounds' mean embedding less the captions' (WSAC, eq. 2).
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
        DataError: no clip of the split has a sound and a caption, or it is not on this machine.
        UnknownNameError: there is no such split.
    """
    split = load_gap_source(resources, settings.gap_source)
    worded = {
        clip_id: [caption for caption in captions if caption.strip()]
        for clip_id, captions in split.references.items()
    }
    ids = sorted(clip_id for clip_id in split.present if worded[clip_id])
    if not ids:
        raise DataError(_lack_of_sounds(split, encoder, require_train(resources.train)))
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


def _lack_of_sounds(split: Split, encoder: JointEncoder, train: Split) -> str:
    """Say that a split has no sounds with captions, and how it gets some."""
    cures = [f"Put its sounds where `bench data verify {split.label.argument}` looks for them."]
    if split is train or split.label.is_public:  # of other folders no file is read
        command = embed_command(split.label, encoder.name, "sounds")
        cures.append(
            f"Or embed them where they are (`{command}`), and name the file in --embeddings."
        )
    return (
        "the gap between sounds and captions is measured on sounds with captions, and no clip of "
        f"{split.label} has both. {' '.join(cures)} {gap_choices(train)}"
    )
