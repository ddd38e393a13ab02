from __future__ import annotations

import numpy as np
import pytest
from bench_gpt2_guidance.similarity import SimilarClips
from bench_gpt2_guidance.triplets import (
    NO_POSITIVE,
    epoch_batches,
    hold_out_share,
    validation_triplets,
)

from benchmark import DataError

ALL = np.arange(7)


@pytest.fixture
def similar(tmp_path):
    """Clips 0, 1 and 2 are similar, so are 3 and 4; 5 and 6 stand alone."""
    of_clip = [[1, 2], [0, 2], [0, 1], [4], [3], [], []]
    counts = np.array([len(others) for others in of_clip])
    ends = counts.cumsum()
    np.concatenate(of_clip).astype(np.int32).tofile(tmp_path / "indices.int32")
    np.save(tmp_path / "bounds.npy", np.column_stack([ends - counts, ends, ends]))
    return SimilarClips(tmp_path)


def test_an_epoch_shows_every_clip_once(similar):
    anchors = [a for a, _ in epoch_batches(similar, ALL, 3, 0, 0)]
    assert [len(part) for part in anchors] == [3, 3, 1]
    assert sorted(np.concatenate(anchors)) == ALL.tolist()


def test_positives_are_similar_clips_and_missing_where_there_are_none(similar):
    drawn = {clip: set() for clip in range(7)}
    for epoch in range(30):
        for anchors, positives in epoch_batches(similar, ALL, 7, 0, epoch):
            for anchor, positive in zip(anchors, positives, strict=True):
                drawn[anchor].add(int(positive))
    assert drawn[0] == {1, 2}
    assert drawn[3] == {4}
    assert drawn[5] == {NO_POSITIVE}


def test_held_out_clips_are_neither_anchors_nor_positives(similar):
    rows = np.array([0, 2, 3, 5, 6])
    for anchors, positives in epoch_batches(similar, rows, 8, 0, 0):
        assert set(anchors) == set(rows)
        assert set(positives) <= {0, 2, NO_POSITIVE}


def test_epochs_and_seeds_differ_and_the_same_ones_do_not(similar):
    def order(seed, epoch):
        return [a.tolist() + p.tolist() for a, p in epoch_batches(similar, ALL, 7, seed, epoch)]

    assert order(0, 0) == order(0, 0)
    assert order(0, 0) != order(0, 1)
    assert order(0, 0) != order(1, 0)


@pytest.mark.parametrize(("share", "n_held_out"), [(0.0, 0), (0.05, 5), (0.004, 1)])
def test_a_share_of_the_clips_is_held_out_but_at_least_one(share, n_held_out):
    rows, held_out = hold_out_share(100, share, 3)
    assert len(held_out) == n_held_out
    assert sorted([*rows, *held_out]) == list(range(100))


def test_validation_triplets_part_similar_from_dissimilar_clips_that_train(similar):
    rows, held_out = np.array([1, 2, 3, 5, 6]), np.array([0, 4])
    triplets = validation_triplets(similar, rows, held_out, 0)
    assert set(triplets[:, 0]) == {0, 4}
    of_first = triplets[triplets[:, 0] == 0]
    assert set(of_first[:, 1]) <= {1, 2}
    assert set(of_first[:, 2]) <= {3, 5, 6}
    assert set(triplets[triplets[:, 0] == 4][:, 1]) == {3}


def test_held_out_clips_without_a_triplet_are_an_error(similar):
    with pytest.raises(DataError, match=r"none of 2 held-out clips.*validation_share=0"):
        validation_triplets(similar, ALL[:5], np.array([5, 6]), 0)
