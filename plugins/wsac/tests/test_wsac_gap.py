from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bench_wsac.gap import choose_noise_std, measure_gap
from bench_wsac.options import MINI
from wsac_toy import CAPTIONS, RATE_HZ, ToyEncoder, ToyOptions, make_resources, make_split

from benchmark import DataError, UnknownNameError
from benchmark.embeddings import (
    Contents,
    EmbeddingStore,
    Recipe,
    open_files,
    with_embeddings,
    write_embeddings,
)

ENCODER = ToyEncoder("toy", ToyOptions())


def measure(root, split, **settings):
    store = EmbeddingStore(root / "embeddings")
    resources = make_resources(root / "artifacts", split)
    return measure_gap(ENCODER, store, resources, replace(MINI, **settings))


def gap_by_hand(split, ids):
    """The mean sound less the mean over clips of their mean captions."""
    difference = np.zeros(ENCODER.dim)
    for clip_id in ids:
        (sound,) = ENCODER.embed_audio([split.read_clip(clip_id, RATE_HZ).waveform])
        worded = [text for text in split.references[clip_id] if text.strip()]
        difference += sound - ENCODER.embed_text(worded).astype(np.float64).mean(axis=0)
    return difference / len(ids)


def test_the_gap_is_the_mean_sound_less_the_mean_caption(tmp_path):
    split = make_split(6)
    gap = measure(tmp_path, split)
    np.testing.assert_allclose(gap.vector, gap_by_hand(split, split.clip_ids), atol=1e-6)
    assert (gap.vector.dtype, gap.n_clips, gap.source) == (np.float32, 6, "toy:train")


def test_a_clip_with_many_captions_counts_no_more_than_one_with_few(tmp_path):
    split = make_split(2, captions=[("a dog barks",) * 5, ("rain falls", "heavy rain falls")])
    gap = measure(tmp_path, split)
    np.testing.assert_allclose(gap.vector, gap_by_hand(split, split.clip_ids), atol=1e-6)


def test_the_gap_points_where_the_encoder_put_the_sounds(tmp_path):
    far = ENCODER._gap / np.linalg.norm(ENCODER._gap)
    gap = measure(tmp_path, make_split(24))
    assert gap.vector @ far > 0.2


def test_blank_captions_and_clips_without_any_are_left_out(tmp_path):
    texts = [("a dog barks", ""), (), ("  ",), ("a saw cuts wood",)]
    split = make_split(4, captions=texts)
    gap = measure(tmp_path, split)
    assert gap.n_clips == 2
    expected = gap_by_hand(split, ["clip-00", "clip-03"])
    np.testing.assert_allclose(gap.vector, expected, atol=1e-6)


def test_clips_without_a_sound_are_left_out(tmp_path):
    split = make_split(6, missing=4)
    gap = measure(tmp_path, split)
    assert gap.n_clips == 2
    np.testing.assert_allclose(gap.vector, gap_by_hand(split, ["clip-00", "clip-01"]), atol=1e-6)


def test_the_gap_is_the_same_from_embeddings_of_the_sounds(tmp_path):
    split = make_split(6)
    gap = measure(tmp_path, split)
    recipe = Recipe(ENCODER.name, ENCODER.fingerprint, "sounds", ENCODER.dim)
    vectors = [
        (clip_id, ENCODER.embed_audio([split.read_clip(clip_id, RATE_HZ).waveform]))
        for clip_id in split.clip_ids
    ]
    write_embeddings(tmp_path / "file", Contents(recipe, "toy:train", 6, split.clip_ids), vectors)
    mute = make_split(6, missing=6)
    train = with_embeddings(mute, open_files([tmp_path / "file"], [mute]))
    resources = replace(
        make_resources(tmp_path / "other", train), embedding_files=(tmp_path / "file",)
    )
    store = EmbeddingStore.open(resources, ENCODER, "sounds")
    given = measure_gap(ENCODER, store, resources, MINI)
    np.testing.assert_allclose(given.vector, gap.vector, atol=1e-6)
    assert given.n_clips == 6


def test_no_more_clips_than_asked_are_drawn_and_the_seed_draws_them(tmp_path):
    split = make_split(24)
    gap = measure(tmp_path, split, gap_clips=5)
    assert gap.n_clips == 5
    np.testing.assert_array_equal(measure(tmp_path, split, gap_clips=5).vector, gap.vector)
    store = EmbeddingStore(tmp_path / "embeddings")
    resources = make_resources(tmp_path, split, seed=1)
    other = measure_gap(ENCODER, store, resources, replace(MINI, gap_clips=5))
    assert not np.array_equal(other.vector, gap.vector)


@pytest.mark.parametrize(
    "split", [make_split(3, missing=3), make_split(2, captions=[("",), ()])], ids=["mute", "blank"]
)
def test_a_split_without_sounds_with_captions_says_what_to_do(tmp_path, split):
    with pytest.raises(
        DataError, match=r"no clip of toy:train has both.*gap_source.*bench embed toy"
    ):
        measure(tmp_path, split)


def test_the_gap_may_come_from_another_data_set(tmp_path, tones_folder):
    gap = measure(tmp_path, make_split(3, missing=3), gap_source=f"folder:{tones_folder}:train")
    assert (gap.n_clips, gap.source) == (6, f"folder:{tones_folder}:train")
    assert np.linalg.norm(gap.vector) > 0.1


def test_a_data_set_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(UnknownNameError, match="no data set named 'cloto'"):
        measure(tmp_path, make_split(3), gap_source="cloto:evaluation")


# Noise


def test_the_noise_is_the_mean_largest_difference_between_captions_of_a_clip():
    texts = np.array(
        [[0, 0], [0.5, -1], [0, 0.25], [7, 7], [1, 1], [1, 0.9]],
        np.float32,
    )  # pairs of clip 0: 1, 0.25 and 1.25; clip 1 has one caption; clip 2: 0.1
    clip_of = np.array([0, 0, 0, 1, 2, 2])
    found = choose_noise_std("estimated", texts, clip_of, 50, seed=0)
    assert found == pytest.approx((1 + 0.25 + 1.25 + 0.1) / 4)


def test_only_so_many_clips_are_drawn_and_the_seed_draws_them():
    rng = np.random.default_rng(0)
    texts, clip_of = rng.normal(size=(200, 8)).astype(np.float32), np.repeat(np.arange(100), 2)
    pairs = np.abs(texts[::2] - texts[1::2]).max(axis=1)
    assert choose_noise_std("estimated", texts, clip_of, 100, 0) == pytest.approx(pairs.mean())
    of_one = {choose_noise_std("estimated", texts, clip_of, 1, seed) for seed in range(10)}
    assert len(of_one) > 5
    assert all(np.isclose(pairs, value).any() for value in of_one)
    again = [choose_noise_std("estimated", texts, clip_of, 5, 3) for _ in range(2)]
    assert again[0] == again[1]


def test_a_number_is_taken_as_it_is():
    assert choose_noise_std(0.114, np.zeros((1, 2), np.float32), np.array([0]), 50, 0) == 0.114


def test_without_a_clip_of_two_captions_there_is_nothing_to_estimate_from():
    texts = np.zeros((3, 2), np.float32)
    with pytest.raises(DataError, match=r"none of the 3 training clips has two\. Give a number"):
        choose_noise_std("estimated", texts, np.array([0, 4, 5]), 50, 0)


def test_the_small_world_has_captions_enough_for_an_estimate():
    texts = ENCODER.embed_text([text for pair in CAPTIONS.values() for text in pair])
    found = choose_noise_std("estimated", texts, np.repeat(np.arange(6), 2), 50, 0)
    assert 0.01 < found < 0.5
