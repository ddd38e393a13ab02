"""Draws of triplets: everything random about training data, from the seed and the epoch alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench_gpt2_guidance.similarity import SimilarClips
from benchmark import DataError
from benchmark.models.training import hold_out

Rows = NDArray[np.int64]
NO_POSITIVE = -1
_HELD_OUT, _VALIDATION, _EPOCH = range(3)  # streams of randomness that do not disturb each other
_TRIPLETS_PER_CLIP = 8


def hold_out_share(n_clips: int, share: float, seed: int) -> tuple[Rows, Rows]:
    """Split clips into those that train and those that choose the best epoch.

    Returns:
        Two ascending arrays of rows; the second is empty for ``share=0``, else it is not.
    """
    n_held_out = max(1, round(share * n_clips)) if share else 0
    return hold_out(n_clips, n_held_out, [seed, _HELD_OUT])


def epoch_batches(
    similar: SimilarClips, rows: Rows, batch_size: int, seed: int, epoch: int
) -> Iterator[tuple[Rows, Rows]]:
    """Shuffle the training clips and draw a positive for each.

    Args:
        similar: which clips are similar.
        rows: the clips that train; positives are drawn among them.
        batch_size: clips at a time; the last batch may hold fewer.
        seed: the run's.
        epoch: counted from 0.

    Yields:
        Anchors and their positives; ``NO_POSITIVE`` for a clip that has none, which then serves
        as a negative only.
    """
    rng = np.random.default_rng([seed, _EPOCH, epoch])
    order = rng.permutation(rows)
    trains = _mask(rows, len(similar))
    for start in range(0, len(order), batch_size):
        anchors = order[start : start + batch_size]
        positives = np.full(len(anchors), NO_POSITIVE)
        for place, anchor in enumerate(anchors):
            candidates = similar.positives(int(anchor))
            candidates = candidates[trains[candidates]]
            if len(candidates):
                positives[place] = candidates[rng.integers(len(candidates))]
        yield anchors, positives


def validation_triplets(similar: SimilarClips, rows: Rows, held_out: Rows, seed: int) -> Rows:
    """Draw triplets once, for a loss that compares epochs.

    A held-out clip is the anchor; its positives and negatives are clips that train, as they are
    what it would retrieve. Negatives are drawn from all that are not similar: mined ones would
    get harder as the model gets better.

    Returns:
        ``(n_triplets, 3)``: anchors, positives, negatives.

    Raises:
        DataError: no held-out clip has a positive and a negative.
    """
    rng = np.random.default_rng([seed, _VALIDATION])
    trains = _mask(rows, len(similar))
    triplets = []
    for anchor in held_out:
        positives = similar.positives(int(anchor))
        positives = positives[trains[positives]]
        negatives = rows[similar.are_negatives(np.array([anchor]), rows)[0]]
        if len(positives) and len(negatives):
            drawn = [rng.choice(of, _TRIPLETS_PER_CLIP) for of in (positives, negatives)]
            triplets.append(np.column_stack([np.full(_TRIPLETS_PER_CLIP, anchor), *drawn]))
    if not triplets:
        raise DataError(
            f"none of {len(held_out)} held-out clips has a similar and a dissimilar one among the "
            f"{len(rows)} clips that train, so no epoch can be called the best. Raise "
            "validation_share, lower the threshold, or take the last epoch: validation_share=0."
        )
    return np.concatenate(triplets).astype(np.int64)


def _mask(rows: Rows, n_clips: int) -> NDArray[np.bool_]:
    mask = np.zeros(n_clips, dtype=bool)
    mask[rows] = True
    return mask
