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
    numbered = [
        (caption, number)
        for number, clip_id in enumerate(train.clip_ids)
        for caption in train.references[clip_id]
        if caption.strip()
    ]
    if not numbered:
        raise DataError(
            f"{train.label} holds no caption with a word; expected captions to learn from. Choose "
            "another training split with --train."
        )
    captions, clips = zip(*numbered, strict=True)
    return list(captions), np.array(clips, dtype=np.int64)


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
    captions = [
        text for clip_id in split.clip_ids for text in split.references[clip_id] if text.strip()
    ]
    writable = vocabulary.select_writable(captions)
    if not writable:
        raise DataError(
            f"the best epoch is chosen by the captions of {split.label}, and of {len(captions)} "
            "that hold a word none is made of the training captions' words alone; expected one or "
            "more. Choose another split with --val, `--val none`, or vocabulary=tokenizer."
        )
    targets, _ = vocabulary.encode(
        writable, settings.max_tokens, with_start=settings.start_is_target
    )
    return Examples(writable, store.embed_texts(encoder, writable), targets)
