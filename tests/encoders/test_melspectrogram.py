from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from real_sounds import real_sound

from benchmark.encoders.melspectrogram import (
    PATCH_SAMPLES,
    VGGISH,
    YAMNET,
    PatchRule,
    log_mel_patches,
    mel_weights,
)


def noise(n_samples, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, n_samples).astype(np.float32)


def patches(waveform, rule):
    return np.concatenate(list(log_mel_patches(waveform, rule)))


@pytest.mark.parametrize("name", ["typing", "rain", "thunder"])
def test_vggish_patches_are_those_of_torchvggish_on_real_sounds(name):
    from torchvggish.vggish_input import waveform_to_examples

    waveform = real_sound(name)
    expected = waveform_to_examples(waveform.astype(np.float64), 16_000, return_tensor=False)
    np.testing.assert_allclose(patches(waveform, VGGISH), expected, rtol=0, atol=1e-4)


def test_yamnet_patches_are_those_of_its_parameters_in_torchvggishs_front_end():
    from torchvggish.mel_features import frame, log_mel_spectrogram

    waveform = real_sound("train")
    settings = {"num_mel_bins": 64, "lower_edge_hertz": 125, "upper_edge_hertz": 7500}
    log_mel = log_mel_spectrogram(waveform.astype(np.float64), 16_000, 0.001, **settings)
    expected = frame(log_mel, 96, 48)
    found = patches(waveform, YAMNET)
    assert len(found) == len(expected) + 1  # YAMNet fills the end with silence
    np.testing.assert_allclose(found[:-1], expected, rtol=0, atol=1e-4)


@given(st.integers(1, 500_000), st.sampled_from([VGGISH, YAMNET]))
def test_patches_cover_the_sound_or_drop_less_than_a_hop(n_samples, rule):
    n_patches = len(patches(np.zeros(n_samples, np.float32), rule))
    hop = rule.hop_frames * 160
    covered = PATCH_SAMPLES + (n_patches - 1) * hop
    if n_samples <= PATCH_SAMPLES:
        assert n_patches == 1
    elif rule.pads_end:
        assert covered - hop < n_samples <= covered
    else:
        assert covered <= n_samples < covered + hop


@pytest.mark.parametrize(("seconds", "n_patches"), [(0.1, 1), (0.975, 1), (10, 10), (600, 624)])
def test_vggish_hears_so_many_patches(seconds, n_patches):
    assert len(patches(np.zeros(round(seconds * 16_000), np.float32), VGGISH)) == n_patches


def test_a_short_sound_is_filled_with_silence_at_its_end():
    short = noise(1600)
    filled = np.concatenate([short, np.zeros(PATCH_SAMPLES - 1600, np.float32)])
    np.testing.assert_array_equal(patches(short, VGGISH), patches(filled, VGGISH))
    assert patches(short, VGGISH)[0, 20:].max() == np.float32(np.log(0.01))


@pytest.mark.parametrize("rule", [VGGISH, YAMNET])
def test_a_long_sound_comes_in_small_pieces_and_each_patch_is_that_of_its_own_samples(rule):
    waveform = noise(16_000 * 60)
    pieces = list(log_mel_patches(waveform, rule))
    assert max(map(len, pieces)) <= 32
    start = 40 * rule.hop_frames * 160
    alone = patches(waveform[start : start + PATCH_SAMPLES], rule)
    np.testing.assert_array_equal(np.concatenate(pieces)[40], alone[0])


def test_a_pure_tone_lies_in_the_band_around_its_frequency():
    tone = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000).astype(np.float32)
    centres_hz = 700 * (np.exp(np.linspace(*np.log1p(np.array([125, 7500]) / 700), 66)) - 1)[1:-1]
    loudest = patches(tone, VGGISH)[0].mean(axis=0).argmax()
    assert abs(centres_hz[loudest] - 1000) < 40


def test_mel_filters_hear_nothing_at_0_hz_nor_outside_their_range():
    weights = mel_weights()
    assert weights.shape == (257, 64)
    assert not weights[0].any()
    assert not weights[int(7500 / 31.25) + 1 :].any()


def test_every_parameter_of_a_front_end_is_in_its_fingerprint():
    other = [PatchRule(0.02, 96, False), PatchRule(0.01, 48, False), PatchRule(0.01, 96, True)]
    assert len({rule.fingerprint for rule in (VGGISH, YAMNET, *other)}) == 5
