from __future__ import annotations

import numpy as np
import pytest
import torch
from real_sounds import real_sound

from benchmark.encoders.ase import front_end


@pytest.fixture(scope="module")
def outside():
    """torchlibrosa's modules, as WavCaps' model calls them."""
    from torchlibrosa.stft import LogmelFilterBank, Spectrogram

    spectrogram = Spectrogram(n_fft=1024, hop_length=320, win_length=1024)
    bank = LogmelFilterBank(sr=32_000, n_fft=1024, n_mels=64, fmin=50, fmax=14_000, top_db=None)
    return spectrogram, bank


@pytest.fixture(scope="module")
def weights():
    return {name: torch.from_numpy(array).float() for name, array in front_end.filters().items()}


def log_mel(weights, waveform):
    padded = front_end.pad(waveform)
    return front_end.log_mel(weights, padded, 0, front_end.count_frames(padded)).numpy()


@pytest.mark.parametrize("name", ["rain", "typing", "applause", "train", "guitar", "thunder"])
def test_real_sounds_have_the_log_mel_spectrogram_of_torchlibrosa(weights, outside, name):
    waveform = real_sound(name, 32_000)
    spectrogram, bank = outside
    with torch.inference_mode():
        expected = bank(spectrogram(torch.from_numpy(waveform)[None]))[0, 0].numpy()
    found = log_mel(weights, waveform)
    assert found.shape == (1 + len(waveform) // 320, 64)
    assert np.ptp(expected) > 50  # dB
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4)


def test_the_filters_are_those_of_torchlibrosa(outside):
    spectrogram, bank = outside
    theirs = (spectrogram.stft.conv_real.weight, spectrogram.stft.conv_imag.weight, bank.melW)
    for (name, array), expected in zip(front_end.filters().items(), theirs, strict=True):
        np.testing.assert_allclose(array, expected.numpy(), atol=1e-7, err_msg=name)


def test_some_frames_are_the_same_as_within_the_whole(weights):
    waveform = np.random.default_rng(0).normal(0, 0.1, 64_000).astype(np.float32)
    padded = front_end.pad(waveform)
    whole = log_mel(weights, waveform)
    some = front_end.log_mel(weights, padded, 64, 129).numpy()
    np.testing.assert_allclose(some, whole[64:129], atol=1e-4)


def test_ten_seconds_have_1001_frames_and_silence_is_at_minus_100_db(weights):
    frames = log_mel(weights, np.zeros(320_000, dtype=np.float32))
    assert frames.shape == (1001, 64)
    assert (frames == -100).all()


@pytest.mark.parametrize("n_samples", [1, 3_200, 20_159, 20_160])
def test_a_short_sound_is_filled_with_silence_up_to_64_frames(weights, n_samples):
    waveform = np.full(n_samples, 0.5, dtype=np.float32)
    assert log_mel(weights, waveform).shape == (64, 64)
