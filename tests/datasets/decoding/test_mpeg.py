"""mp3 with and without a length that is true."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from benchmark.datasets.decoding import decode, mpeg
from benchmark.errors import DataError

ID3V1 = b"TAG" + bytes(125)
APE = b"APETAGEX" + bytes(300)
ID3V2 = b"ID3\x04\0\0\0\0\x02\x00" + bytes(256)


@pytest.fixture(params=[(44_100, 1), (22_050, 2), (8_000, 1)])
def mp3(request, tmp_path):
    """An mp3 of noise, which grows quieter: its rate of bits changes from frame to frame."""
    rate_hz, channels = request.param
    noise = np.random.default_rng(0).standard_normal((rate_hz, channels))
    path = tmp_path / "a.mp3"
    soundfile.write(path, noise * np.geomspace(0.3, 1e-3, rate_hz)[:, None], rate_hz)
    return path


def heard(path, content: bytes):
    path.write_bytes(content)
    return decode(path).waveform


def bare(content: bytes) -> bytes:
    """Leave the header of Xing's out, and with it the length."""
    frames = mpeg.find_frames(content)
    assert frames is not None
    return content[frames.start : frames.end]


def without_count(content: bytes) -> bytes:
    at = max(content.find(b"Xing"), content.find(b"Info"))
    return content[: at + 8] + bytes(4) + content[at + 12 :]


def test_a_length_that_is_true_is_kept_and_the_sound_is_as_libsndfile_gives_it(mp3):
    with soundfile.SoundFile(mp3) as file:  # soundfile.read seeks first, and rounds otherwise
        samples, rate_hz = file.read(dtype="float32", always_2d=True), file.samplerate
    sound = decode(mp3)
    assert (sound.rate_hz, len(sound.waveform)) == (rate_hz, rate_hz)
    expected = samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1)
    assert np.array_equal(sound.waveform, expected)


@pytest.mark.parametrize("change", [bare, without_count])
def test_without_a_length_all_frames_are_read(mp3, change):
    expected = decode(mp3).waveform
    content = mp3.read_bytes()
    frames = mpeg.find_frames(content)
    read = heard(mp3, change(content))
    # All samples but the decoder's own delay; the encoder's, 576 here, is known to LAME's header.
    assert len(read) == frames.n * frames.n_samples - 529
    assert np.abs(read[576 : 576 + len(expected)] - expected).max() < 1e-6


def test_a_length_that_is_too_short_is_not_believed(mp3):
    content = mp3.read_bytes()
    n_whole = len(heard(mp3, bare(content)))
    assert len(heard(mp3, bare(content) + bare(content))) > 2 * n_whole - 1
    assert len(heard(mp3, content + bare(content))) > 2 * n_whole - 1


@pytest.mark.parametrize("kept", [0.11, 0.47, 0.9])
def test_a_cut_is_seen_where_a_frame_ends_early_and_where_there_is_a_length(mp3, kept):
    content = mp3.read_bytes()
    for whole in (content, bare(content)):
        mp3.write_bytes(whole[: int(len(whole) * kept)])
        with pytest.raises(DataError, match="cut short"):
            decode(mp3)


@pytest.mark.parametrize("tags", [ID3V1, APE, APE + ID3V1, bytes(5_000), ID3V2])
def test_tags_behind_the_sound_change_nothing(mp3, tags):
    expected = decode(mp3).waveform
    content = mp3.read_bytes()
    assert np.array_equal(heard(mp3, content + tags), expected)
    assert np.array_equal(heard(mp3, ID3V2 + content + tags), expected)
    assert len(heard(mp3, bare(content) + tags)) >= len(expected)


def test_bytes_of_something_else_within_the_sound_are_refused(mp3):
    content = bare(mp3.read_bytes())
    frames = mpeg.find_frames(content)
    half = content[: len(content) // 2]
    end = mpeg.find_frames(half).end
    mp3.write_bytes(content[:end] + b"something else" * 200 + content[end:])
    assert frames.junk is None
    with pytest.raises(DataError, match=f"bytes at offset {end:,} belong to no frame"):
        decode(mp3)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfb", b"\xff\xfb\x90\x00" * 3, b"ID3", b"ID3\x04" * 90]
)
def test_what_only_begins_like_an_mp3_has_no_frames(content):
    assert mpeg.find_frames(content) is None
