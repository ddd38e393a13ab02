"""The captions that a decoder learns, and those that its best epoch is chosen by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench_wsac.lesson import Examples
from bench_wsac.options import Settings
from bench_wsac.vocabulary import Vocabulary
from benchmark import DataError, Split
from benchmark.embeddings import EmbeddingStore
from benchmark.encoders import JointEncoder


def training_captions(train: Split) -> tuple[list[str], NDArray[np.int64]]:
    """List the captions of a split that hold a word.

    Returns:
        Captions by clip, and for each the number of its clip, ascending.

    Raises:
        DataError: there is none.
    """
    captions, clip_of = _worded_captions(train)
    if not captions:
        raise DataError(
            f"{train.label} holds no caption with a word; expected captions to learn from. Choose "
            "another training split with --train."
        )
    return captions, clip_of


def read_validation(
    split: Split | None,
    encoder: JointEncoder,
    store: EmbeddingStore,
    vocabulary: Vocabulary,
    settings: Settings,
) -> Examples | None:
    """Embed the captions that the best epoch is chosen by; None: there is no split of them.

    With ``vocabulary=used`` those are left out that hold a piece that no training caption does.

    Raises:
        DataError: none is left.
    """
    if split is None or settings.best_by == "last":
        return None
    captions, clip_of = _worded_captions(split)
    is_writable = vocabulary.can_write(captions)
    if not is_writable.any():
        raise DataError(
            f"the best epoch is chosen by the captions of {split.label}, and of {len(captions)} "
            "that hold a word none is made of the training captions' words alone; expected one or "
            "more. Choose another split with --val, `--val none`, or vocabulary=tokenizer."
        )
    captions = [captions[row] for row in np.flatnonzero(is_writable)]
    targets, _ = vocabulary.encode(
        captions, settings.max_tokens, with_start=settings.start_is_target
    )
    embeddings = store.embed_texts(encoder, captions)
    return Examples(captions, embeddings, targets, clip_of[is_writable])


def _worded_captions(split: Split) -> tuple[list[str], NDArray[np.int64]]:
    numbered = [
        (caption, number)
        for number, clip_id in enumerate(split.clip_ids)
        for caption in split.references[clip_id]
        if caption.strip()
    ]
    clip_of = np.array([number for _, number in numbered], dtype=np.int64)
    return [caption for caption, _ in numbered], clip_of
