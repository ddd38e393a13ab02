"""Whatever a file holds or says, it is read whole or refused in words that name it."""

from __future__ import annotations

import io
import tracemalloc

import numpy as np
import pytest
import soundfile

from benchmark.datasets.audio import read_sound
from benchmark.datasets.decoding import decode
from benchmark.errors import DataError


def flac(samples: np.ndarray, rate_hz: int = 16_000, n_promised: int | None = None) -> bytearray:
    """A FLAC whose header promises another number of samples, 0 for a length that is unknown."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format="FLAC")
    content = bytearray(file.getvalue())
    if n_promised is not None:
        content[21] = content[21] & 0xF0 | n_promised >> 32
        content[22:26] = (n_promised & 0xFFFFFFFF).to_bytes(4, "big")
    return content


@pytest.mark.parametrize("n", [1, 4_096, 16_000, 70_000, 131_072])
def test_a_flac_of_unknown_length_is_read_to_its_end(tmp_path, n):
    samples = (np.sin(np.arange(n) / 9) * 3_000).astype(np.int16)
    (tmp_path / "a.flac").write_bytes(flac(samples, n_promised=0))
    assert np.array_equal(decode(tmp_path / "a.flac").waveform * 32_768, samples)


@pytest.mark.parametrize("rate_hz", [1, 10, 999, 3_100_000, 2**31 - 1])
def test_a_rate_that_no_sound_has_is_refused(tmp_path, rate_hz):
    soundfile.write(tmp_path / "a.wav", np.zeros(100), rate_hz)
    with pytest.raises(DataError, match=rf"a\.wav says that it has {rate_hz:,} samples a second"):
        read_sound(tmp_path / "a.wav", 16_000)


@pytest.mark.parametrize("n_promised", [2**20, 2**31, 2**36 - 1])
def test_a_promise_alone_costs_no_memory(tmp_path, n_promised):
    (tmp_path / "a.flac").write_bytes(flac(np.zeros(1_000), n_promised=n_promised))
    tracemalloc.start()
    with pytest.raises(DataError, match=r"a\.flac"):
        read_sound(tmp_path / "a.flac", 16_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**24


def test_what_would_not_fit_after_resampling_is_refused_before(tmp_path, monkeypatch):
    from benchmark.datasets.decoding import refusals

    monkeypatch.setattr(refusals, "MOST_SAMPLES", 4_000)
    soundfile.write(tmp_path / "a.wav", np.zeros(2_000), 1_000)
    assert len(read_sound(tmp_path / "a.wav", 2_000)) == 4_000
    with pytest.raises(
        DataError, match=r"a\.wav holds more than 4,000 samples .* Cut it into clips"
    ):
        read_sound(tmp_path / "a.wav", 3_000)


@pytest.mark.parametrize("error", [MemoryError(), ValueError("odd"), RuntimeError("soxr")])
def test_whatever_the_resampler_raises_names_the_file(tmp_path, monkeypatch, error):
    import soxr

    def refuse(*_, **__):
        raise error

    monkeypatch.setattr(soxr, "resample", refuse)
    soundfile.write(tmp_path / "a.wav", np.zeros(2_000), 8_000)
    with pytest.raises(DataError, match=r"cannot resample .*a\.wav from 8000 Hz"):
        read_sound(tmp_path / "a.wav", 16_000)


@pytest.mark.parametrize(
    "error", [MemoryError(), ValueError("odd"), OSError("disk"), KeyError("x")]
)
def test_whatever_a_decoder_raises_names_the_file(tmp_path, monkeypatch, error):
    def refuse(*_, **__):
        raise error

    monkeypatch.setattr(soundfile.SoundFile, "read", refuse)
    soundfile.write(tmp_path / "a.wav", np.zeros(2_000), 8_000)
    with pytest.raises(DataError, match=r"cannot decode .*a\.wav"):
        decode(tmp_path / "a.wav")


def test_a_time_limit_is_no_failure_of_the_sound(tmp_path, monkeypatch):
    """An alarm may go off while a sound is read; who set it is to hear of it."""

    class LateError(Exception):
        pass

    def late(*_, **__):
        raise LateError

    monkeypatch.setattr(soundfile.SoundFile, "read", late)
    soundfile.write(tmp_path / "a.wav", np.zeros(2_000), 8_000)
    with pytest.raises(LateError):
        decode(tmp_path / "a.wav")


@pytest.mark.parametrize(
    ("container", "subtype"),
    [("AIFF", "GSM610"), ("AU", "G721_32"), ("W64", "GSM610"), ("WAV", "NMS_ADPCM_16")],
)
def test_codecs_that_cannot_seek_are_read(tmp_path, container, subtype):
    soundfile.write(tmp_path / "a", np.zeros(8_000), 8_000, format=container, subtype=subtype)
    assert 8_000 <= len(decode(tmp_path / "a").waveform) < 8_400


@pytest.mark.parametrize("container", ["FLAC", "OGG", "WAV", "AIFF"])
def test_long_sounds_are_as_libsndfile_gives_them_in_one_piece(tmp_path, container):
    noise = np.random.default_rng(0).standard_normal((200_000, 2)) * 0.1
    soundfile.write(tmp_path / "a", noise, 44_100, format=container)
    with soundfile.SoundFile(tmp_path / "a") as file:
        expected = file.read(dtype="float32").mean(axis=1)
    assert np.array_equal(decode(tmp_path / "a").waveform, expected)
