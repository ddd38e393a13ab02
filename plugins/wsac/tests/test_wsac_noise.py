"""The noise of ``wsac-ni``: given, published for one space, or estimated from captions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bench_wsac.noise import Noise, choose_noise, mean_largest_difference
from bench_wsac.options import CODE, MINI, PAPER
from wsac_toy import CAPTIONS, ToyEncoder, ToyOptions, make_resources, make_split

from benchmark import DataError
from benchmark.embeddings import EmbeddingStore

ENCODER = ToyEncoder("toy", ToyOptions())
ESTIMATED = replace(MINI, noise_std="estimated")


def choose(root, settings, split=None, *, seed=0, encoder=ENCODER):
    resources = make_resources(root / "artifacts", split or make_split(), seed)
    return choose_noise(encoder, EmbeddingStore(root / "embeddings"), resources, settings)


def spread_of(captions):
    """The largest difference of a value between two captions' embeddings."""
    first, second = ENCODER.embed_text(captions)
    return np.abs(first - second).max()


def test_the_spread_is_the_mean_largest_difference_between_captions_of_a_clip():
    clips = [
        np.array([[0, 0], [0.5, -1], [0, 0.25]], np.float32),  # 1, 0.25 and 1.25
        np.array([[1, 1], [1, 0.9]], np.float32),  # 0.1
    ]
    assert mean_largest_difference(clips) == pytest.approx((1 + 0.25 + 1.25 + 0.1) / 4)


def test_the_estimate_is_that_of_the_training_captions_where_clips_have_several(tmp_path):
    captions = [
        ("a dog barks", "a dog is barking loudly"),
        ("rain falls",),
        ("a saw cuts wood", ""),
    ]
    found = choose(tmp_path, ESTIMATED, make_split(3, captions=captions))
    assert found == Noise(pytest.approx(spread_of(captions[0])), "toy:train")


def test_only_so_many_clips_are_drawn_and_the_seed_draws_them(tmp_path):
    spreads = [spread_of(pair) for pair in CAPTIONS.values()]
    all_of_them = choose(tmp_path, ESTIMATED).std
    assert all_of_them == pytest.approx(np.mean(spreads))
    of_one = [choose(tmp_path, replace(ESTIMATED, noise_clips=1), seed=n).std for n in range(10)]
    assert len(set(of_one)) > 2
    assert all(np.isclose(spreads, value).any() for value in of_one)
    again = choose(tmp_path, replace(ESTIMATED, noise_clips=1), seed=3).std
    assert again == of_one[3]


def test_a_number_is_taken_as_it_is(tmp_path):
    assert choose(tmp_path, MINI) == Noise(0.05)
    assert choose(tmp_path, replace(CODE, noise_std=1)) == Noise(1.0)


@pytest.mark.parametrize("name", ["ase", 'ase[checkpoint="a file",text=normalised]'])
def test_the_published_noise_is_taken_in_the_space_that_it_was_measured_in(tmp_path, name):
    encoder = ToyEncoder(name, ToyOptions())
    assert choose(tmp_path, PAPER, encoder=encoder) == Noise(pytest.approx(0.013**0.5, rel=1e-3))


def test_in_any_other_space_the_published_noise_is_measured_anew(tmp_path):
    found = choose(tmp_path, PAPER)
    assert found == choose(tmp_path, ESTIMATED)
    assert abs(found.std - 0.114) > 0.01


def test_a_source_that_is_named_is_estimated_from_even_with_the_papers_encoder(
    tmp_path, tones_folder
):
    label = f"folder:{tones_folder}:test"
    encoder = ToyEncoder("ase", ToyOptions())
    found = choose(tmp_path, replace(PAPER, noise_source=label), encoder=encoder)
    spreads = [spread_of(CAPTIONS[kind]) for kind in ("dog", "rain", "bell")]
    assert found == Noise(pytest.approx(np.mean(spreads)), label)


def test_training_captions_that_stand_alone_take_the_noise_of_another_data_set(
    tmp_path, tones_folder
):
    """As AudioCaps': one caption a clip."""
    alone = make_split(3, captions=[("a dog barks",), ("rain falls",), ("a bell rings", " ")])
    label = f"folder:{tones_folder}:train"
    found = choose(tmp_path, replace(ESTIMATED, noise_source=label), alone)
    assert found == Noise(choose(tmp_path, ESTIMATED).std, label)


def test_a_source_without_a_clip_of_two_captions_says_what_to_give(tmp_path):
    alone = make_split(3, captions=[("a dog barks",), (), ("rain falls", "")])
    settings = replace(ESTIMATED, noise_source="train")
    with pytest.raises(
        DataError,
        match=r"none of the 3 clips of toy:train has two\..*noise_source=.*or give a number",
    ):
        choose(tmp_path, settings, alone)
