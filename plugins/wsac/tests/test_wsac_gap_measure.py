from __future__ import annotations

import numpy as np
import pytest
from bench_wsac.gap_study.crossings import blur, look_up, shift, stay
from bench_wsac.gap_study.measure import (
    Pairs,
    add_noise,
    fit_plane,
    gap_vector,
    mean_cosine,
    measure_figures,
    nearest_rows,
)
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from benchmark import DataError

EAST, NORTH, WEST, SOUTH = (np.array(way, np.float32) for way in ((1, 0), (0, 1), (-1, 0), (0, -1)))


def pairs_of(sounds, captions, clip_of):
    return Pairs(np.array(sounds), np.array(captions), np.array(clip_of))


# The first sound has two captions, the second one; half the captions' weight is on each sound.
TWO_CLIPS = pairs_of([EAST, NORTH], [EAST, NORTH, WEST], [0, 0, 1])


@st.composite
def drawn_pairs(draw):
    """2 to 5 clips of 1 to 3 captions in 3 dimensions."""
    counts = draw(st.lists(st.integers(1, 3), min_size=2, max_size=5))
    elements = st.floats(-1, 1, width=32).filter(lambda value: value == 0 or abs(value) > 1e-3)
    sounds = draw(hnp.arrays(np.float32, (len(counts), 3), elements=elements))
    captions = draw(hnp.arrays(np.float32, (sum(counts), 3), elements=elements))
    return Pairs(sounds, captions, np.repeat(np.arange(len(counts)), counts))


def test_the_gap_vector_counts_every_clip_once():
    # Sounds: mean (1/2, 1/2). Captions: (1/2, 1/2) for the first clip, (-1, 0) for the second.
    np.testing.assert_allclose(gap_vector(TWO_CLIPS), [0.5 + 0.25, 0.5 - 0.25])


def test_figures_are_those_counted_by_hand():
    figures = measure_figures(TWO_CLIPS)
    assert figures.gap_norm == pytest.approx(np.hypot(0.75, 0.25))
    assert figures.paired_cosine == pytest.approx((1 + 0 + 0) / 3)
    assert figures.unpaired_cosine == pytest.approx((-1 + 0 + 1) / 3)
    assert figures.recall_at_1 == 0.5  # north finds the first sound's second caption


def test_a_caption_that_two_clips_share_is_each_ones_own():
    both = pairs_of([EAST, EAST], [NORTH, EAST, EAST], [0, 0, 1])
    assert measure_figures(both).recall_at_1 == 1


def test_one_clip_alone_has_no_unpaired_cosine():
    figures = measure_figures(pairs_of([EAST], [EAST], [0]))
    assert figures.unpaired_cosine is None
    assert figures.recall_at_1 == 1


def cosine(one, other):
    lengths = np.linalg.norm(one) * np.linalg.norm(other)
    return float(one @ other / lengths) if lengths else 0.0


@given(drawn_pairs())
def test_cosines_are_those_of_every_pair_taken_by_itself(pairs):
    paired, unpaired = [], []
    for clip, sound in enumerate(pairs.sounds.astype(np.float64)):
        for caption, owner in zip(pairs.captions.astype(np.float64), pairs.clip_of, strict=True):
            (paired if owner == clip else unpaired).append(cosine(sound, caption))
    figures = measure_figures(pairs)
    assert figures.paired_cosine == pytest.approx(np.mean(paired), abs=1e-9)
    assert figures.unpaired_cosine == pytest.approx(np.mean(unpaired), abs=1e-9)


@given(drawn_pairs())
def test_a_shift_by_the_gap_of_the_same_pairs_leaves_none(pairs):
    crossing = shift(pairs, pairs, "toy:test")
    assert crossing.figures.gap_norm == pytest.approx(0, abs=1e-6)
    assert crossing.settings["shift_norm"] == pytest.approx(stay(pairs).figures.gap_norm)
    np.testing.assert_array_equal(crossing.pairs.captions, pairs.captions)


def test_a_shift_by_the_gap_of_other_pairs_leaves_the_difference():
    other = pairs_of([NORTH], [SOUTH], [0])  # a gap of (0, 2)
    crossing = shift(TWO_CLIPS, other, "toy:train")
    assert crossing.settings == {"gap_source": "toy:train", "gap_clips": 1, "shift_norm": 2.0}
    np.testing.assert_allclose(crossing.pairs.sounds, [[1, -2], [0, -1]])
    assert crossing.figures.gap_norm == pytest.approx(np.hypot(0.75, 0.25 - 2))


@given(drawn_pairs())
def test_the_nearest_row_is_one_of_the_memory_that_no_other_row_beats(pairs):
    found = nearest_rows(pairs.sounds, pairs.captions)
    for sound, row in zip(pairs.sounds.astype(np.float64), found.astype(np.float64), strict=True):
        assert (pairs.captions == row).all(axis=1).any()
        best = max(cosine(sound, caption) for caption in pairs.captions.astype(np.float64))
        assert cosine(sound, row) == pytest.approx(best, abs=1e-9)


def test_looking_up_puts_rows_of_the_memory_in_the_sounds_place():
    memory = np.stack([EAST, SOUTH])
    near_east = np.array([[0.8, -0.6]], np.float32)
    pairs = Pairs(near_east, EAST[None], np.array([0]))
    nearest, cold, hot = look_up(pairs, memory, (1e-3, 1e6), "cpu")
    np.testing.assert_array_equal(nearest.pairs.sounds, EAST[None])
    assert nearest.kept_cosine == pytest.approx(0.8)
    np.testing.assert_allclose(cold.pairs.sounds, EAST[None], atol=1e-6)
    np.testing.assert_allclose(hot.pairs.sounds, [[0.5, -0.5]], atol=1e-5)  # all weigh the same
    assert (cold.settings, hot.settings) == ({"temperature": 1e-3}, {"temperature": 1e6})


def test_noise_turns_unit_captions_as_far_as_its_size_says():
    rng = np.random.default_rng(0)
    captions = rng.normal(size=(40, 4096))
    captions /= np.linalg.norm(captions, axis=1, keepdims=True)
    pairs = Pairs(captions, captions, np.arange(40))
    crossing = blur(pairs, 0.02, seed=3)
    # The noise is at right angles to the caption and sqrt(dim) * std long.
    assert crossing.kept_cosine == pytest.approx(1 / np.sqrt(1 + 4096 * 0.02**2), abs=0.005)
    np.testing.assert_array_equal(crossing.pairs.captions, add_noise(captions, 0.02, 3))
    assert (add_noise(captions, 0.02, 4) != crossing.pairs.captions).any()
    np.testing.assert_array_equal(crossing.pairs.sounds, captions)


def test_the_mean_cosine_goes_row_by_row():
    assert mean_cosine(np.stack([EAST, NORTH]), np.stack([2 * EAST, WEST])) == pytest.approx(0.5)


def test_a_plane_finds_the_longest_directions_of_an_ellipsoid():
    points = np.array([[3, 0, 0], [-3, 0, 0], [0, 0, 2], [0, 0, -2], [0, 1, 0], [0, -1, 0]]) + 5.0
    plane = fit_plane(points)
    np.testing.assert_allclose(plane.axes, [[1, 0, 0], [0, 0, 1]], atol=1e-12)
    np.testing.assert_allclose(plane.mean, [5, 5, 5])
    np.testing.assert_allclose(plane.shares, (9 / 14, 4 / 14))
    np.testing.assert_allclose(plane.flatten(points[:1]), [[3, 0]], atol=1e-12)


@given(hnp.arrays(np.float64, (6, 2), elements=st.floats(-10, 10)))
def test_a_plane_of_two_dimensions_keeps_all_distances(points):
    flat = fit_plane(points).flatten(points)
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.testing.assert_allclose(np.linalg.norm(flat[:, None] - flat[None], axis=2), apart, atol=1e-6)


def test_pairs_that_do_not_fit_together_are_refused():
    with pytest.raises(ValueError, match="does not name each of the 2 sounds"):
        pairs_of([EAST, NORTH], [EAST, WEST], [0, 0])
    with pytest.raises(ValueError, match=r"shapes .*expected \(n_clips, dim\)"):
        pairs_of([EAST], [[1, 0, 0]], [0])


def test_embeddings_that_are_not_finite_are_refused():
    with pytest.raises(DataError, match="nan or infinity"):
        measure_figures(pairs_of([EAST], [[np.nan, 0]], [0]))
