"""The sounds of a page, and their spectrograms."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest
import soundfile
from matplotlib.image import imread
from small_clips import write_clips

from benchmark.datasets.audio import read_sound
from benchmark.datasets.folder import load_folder
from benchmark.leaderboard.page.sounds import (
    ABSENT,
    LONGEST_S,
    SAMPLE_RATE_HZ,
    sound_files,
    without_sounds,
    write_sounds,
)
from benchmark.leaderboard.page.spectrogram import (
    HEIGHT_PIXELS,
    WIDTH_PIXELS,
    draw_spectrogram,
    measure_loudness,
)


def tone(frequency_hz, seconds=1.0):
    time_s = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return np.sin(2 * np.pi * frequency_hz * time_s).astype(np.float32)


def mel(frequency_hz):
    return 1127 * np.log1p(frequency_hz / 700)


@pytest.mark.parametrize("frequency_hz", [500, 2000, 9000])
def test_a_tone_is_one_bright_line_at_its_mel_frequency(frequency_hz):
    loudness = measure_loudness(tone(frequency_hz), SAMPLE_RATE_HZ)
    assert loudness.shape == (HEIGHT_PIXELS, WIDTH_PIXELS)
    expected = HEIGHT_PIXELS * mel(frequency_hz) / mel(SAMPLE_RATE_HZ / 2)
    assert abs(int(loudness.mean(axis=1).argmax()) - expected) <= 1
    assert (loudness > 0.5).any(axis=1).sum() <= 4


def test_time_goes_to_the_right():
    late = np.concatenate([np.zeros(3 * SAMPLE_RATE_HZ, np.float32), tone(1000)])
    loud = measure_loudness(late, SAMPLE_RATE_HZ).max(axis=0) > 0.9
    first = int(loud.argmax())
    assert first == pytest.approx(0.75 * WIDTH_PIXELS, abs=4)
    assert loud[first + 2 : -2].all()


@pytest.mark.parametrize("n_samples", [2, 100, 2048, 100_000, 960_000])
def test_sounds_of_any_length_fill_the_picture(n_samples):
    rng = np.random.default_rng(0)
    loudness = measure_loudness(rng.normal(size=n_samples).astype(np.float32), SAMPLE_RATE_HZ)
    assert loudness.shape == (HEIGHT_PIXELS, WIDTH_PIXELS)
    assert loudness.max() == 1.0
    assert loudness.min() >= 0.0


def test_silence_is_black():
    assert not measure_loudness(np.zeros(40_000, np.float32), SAMPLE_RATE_HZ).any()


def test_the_picture_is_a_small_webp_with_low_sounds_at_the_bottom():
    content = draw_spectrogram(tone(200), SAMPLE_RATE_HZ)
    assert content[:4] == b"RIFF"
    assert content[8:12] == b"WEBP"
    assert len(content) < 12_000
    picture = imread(io.BytesIO(content), format="webp")
    assert picture.shape[:2] == (HEIGHT_PIXELS, WIDTH_PIXELS)
    brightness = picture[..., :3].mean(axis=(1, 2))
    assert brightness.argmax() > HEIGHT_PIXELS * 0.9


@pytest.fixture
def split(tmp_path):
    """Three clips: one that is whole, one that is missing, one that is no sound."""
    folder = write_clips(tmp_path / "clips", n_test=3)
    (folder / "test-01.wav").unlink()
    (folder / "test-02.wav").write_bytes(b"no sound")
    return load_folder(folder, "test")


@pytest.fixture
def page(tmp_path):
    page = tmp_path / "page"
    page.mkdir()
    return page


def test_each_sound_that_is_here_is_written_once_and_the_others_say_why_not(split, page):
    whole, missing, broken = write_sounds(split, split.clip_ids, page)
    assert (whole.name, whole.note) == ("00000", "")
    assert whole.duration_s == pytest.approx(0.1)
    assert (missing.name, missing.note) == ("", ABSENT)
    assert broken.name == ""
    assert broken.note.startswith(f"{ABSENT}: ")
    assert "test-02.wav" in broken.note
    assert [path.name for path in sound_files(page)] == ["00000.flac", "00000.webp"]


def test_a_written_sound_is_the_clips_own_to_16_bits(split, page):
    write_sounds(split, split.clip_ids, page)
    heard = read_sound(page / "sounds" / "00000.flac", SAMPLE_RATE_HZ)
    clip = split.read_clip("test-00.wav", SAMPLE_RATE_HZ)
    np.testing.assert_allclose(heard, np.clip(clip.waveform, -1, 1), atol=2**-15)
    assert soundfile.info(page / "sounds" / "00000.flac").subtype == "PCM_16"


def test_a_long_sound_is_cut_and_says_so(split, page):
    long = np.zeros(round(32.5 * SAMPLE_RATE_HZ), np.float32)
    clip = dataclasses.replace(split.read_clip("test-00.wav", SAMPLE_RATE_HZ), waveform=long)
    split = dataclasses.replace(split, read_clip=lambda clip_id, rate: clip)
    (sound,) = write_sounds(split, ["test-00.wav"], page)
    assert sound.note == "the first 30 of 32.5 s"
    assert sound.duration_s == 32.5
    assert soundfile.info(page / "sounds" / "00000.flac").duration == LONGEST_S


def test_a_page_without_sounds_says_so_for_every_clip():
    assert [sound.note for sound in without_sounds(["a", "b"])] == [ABSENT, ABSENT]
