"""Draws of triplets: everything random about training data, from the seed and the epoch alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
    trains = _mask(rows, len(similar))

    def choices(anchor: int) -> tuple[Rows, Rows]:
        positives = similar.positives(anchor)
        negatives = rows[similar.are_negatives(np.array([anchor]), rows)[0]]
        return positives[trains[positives]].astype(np.int64), negatives

    triplets = _draw_triplets(((int(anchor), *choices(int(anchor))) for anchor in held_out), seed)
    if not len(triplets):
        raise DataError(
            f"none of {len(held_out)} held-out clips has a similar and a dissimilar one among the "
            f"{len(rows)} clips that train, so no epoch can be called the best. Raise "
            "validation_share, lower the threshold, or take the last epoch: validation_share=0."
        )
    return triplets


def triplets_to_training(similar: SimilarClips, n_training: int, seed: int) -> Rows:
    """Draw triplets of the clips of a validation split, as ``validation_triplets`` does.

    Args:
        similar: for each of these clips the training clips that are similar to it.
        n_training: training clips, all of which train.
        seed: the run's.

    Returns:
        ``(n_triplets, 3)``: anchors, counted from ``n_training``, positives, negatives.

    Raises:
        DataError: no clip has a positive and a negative.
    """

    def choices(clip: int) -> tuple[Rows, Rows]:
        is_negative = np.ones(n_training, dtype=bool)
        is_negative[similar.similar_to(clip)] = False
        return similar.positives(clip).astype(np.int64), np.flatnonzero(is_negative)

    clips = range(len(similar))
    triplets = _draw_triplets(((n_training + clip, *choices(clip)) for clip in clips), seed)
    if not len(triplets):
        raise DataError(
            f"none of {len(similar)} clips of the validation split has a similar and a dissimilar "
            f"one among the {n_training} that train, so no epoch can be called the best. Name "
            "another split with --val, lower the threshold, or hold training clips out: --val none."
        )
    return triplets


def _draw_triplets(choices: Iterable[tuple[int, Rows, Rows]], seed: int) -> Rows:
    """Draw some triplets of each anchor that has a positive and a negative."""
    rng = np.random.default_rng([seed, _VALIDATION])
    triplets = [np.empty((0, 3), np.int64)]
    for anchor, positives, negatives in choices:
        if len(positives) and len(negatives):
            drawn = [rng.choice(of, _TRIPLETS_PER_CLIP) for of in (positives, negatives)]
            triplets.append(np.column_stack([np.full(_TRIPLETS_PER_CLIP, anchor), *drawn]))
    return np.concatenate(triplets).astype(np.int64)


def _mask(rows: Rows, n_clips: int) -> NDArray[np.bool_]:
    mask = np.zeros(n_clips, dtype=bool)
    mask[rows] = True
    return mask
