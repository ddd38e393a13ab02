"""Headers that promise more than there is, less, or nothing; of every container that says it."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import soundfile

from benchmark.datasets.decoding import decode
from benchmark.errors import DataError

SAMPLES = np.arange(-500, 500, dtype=np.int16) * 30


def write(path, *, container, **how):
    soundfile.write(path, SAMPLES, 16_000, format=container, **how)
    return path


def wav(data: bytes, promised: int, *, riff: int | None = None, order: str = "<") -> bytes:
    head = struct.pack(f"{order}4sIHHIIHH", b"fmt ", 16, 1, 1, 16_000, 32_000, 2, 16)
    body = b"WAVE" + head + struct.pack(f"{order}4sI", b"data", promised) + data
    size = len(body) + promised - len(data) if riff is None else riff
    return (b"RIFX" if order == ">" else b"RIFF") + struct.pack(f"{order}I", size) + body


@pytest.mark.parametrize(
    ("container", "how"),
    [
        ("WAV", {}),
        ("WAV", {"endian": "BIG"}),
        ("RF64", {}),
        ("W64", {}),
        ("AIFF", {}),
        ("AIFF", {"endian": "LITTLE"}),
        ("AU", {}),
        ("AU", {"endian": "LITTLE"}),
        ("CAF", {}),
        ("SVX", {}),
        ("NIST", {}),
        ("VOC", {}),
        ("FLAC", {}),
        ("OGG", {}),
        ("MP3", {}),
    ],
)
def test_a_whole_sound_is_read_and_half_of_it_is_refused(tmp_path, container, how):
    path = write(tmp_path / "a", container=container, **how)
    assert len(decode(path).waveform) == len(SAMPLES)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match=r"cut short|cannot decode"):
        decode(path)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("surplus", [1, 2, 8, 36, 44])
def test_a_header_that_counts_itself_among_the_samples_costs_none_of_them(tmp_path, order, surplus):
    data = SAMPLES.astype(f"{order}i2").tobytes()
    (tmp_path / "a.wav").write_bytes(wav(data, len(data) + surplus, order=order))
    assert np.array_equal(decode(tmp_path / "a.wav").waveform * 32_768, SAMPLES)


@pytest.mark.parametrize("lacking", [1, 3, 43, 46, 100])
def test_half_a_sample_or_more_than_a_header_that_lacks_is_a_cut(tmp_path, lacking):
    data = SAMPLES.tobytes()
    (tmp_path / "a.wav").write_bytes(wav(data, len(data))[:-lacking])
    with pytest.raises(DataError, match=f"{len(data) - lacking} bytes of sound, .*{len(data)}"):
        decode(tmp_path / "a.wav")


@pytest.mark.parametrize("riff", [0, 8, 36, 0xFFFFFFFF, None])
@pytest.mark.parametrize("order", ["<", ">"])
def test_samples_behind_a_length_of_0_are_read(tmp_path, riff, order):
    content = wav(SAMPLES.astype(f"{order}i2").tobytes(), 0, riff=riff, order=order)
    (tmp_path / "a.wav").write_bytes(content)
    assert np.array_equal(decode(tmp_path / "a.wav").waveform * 32_768, SAMPLES)


def test_chunks_behind_a_length_of_0_are_no_samples(tmp_path):
    notes = b"LIST" + struct.pack("<I", 8) + b"INFOabcd"
    (tmp_path / "a.wav").write_bytes(wav(notes, 0, riff=52))
    with pytest.raises(DataError, match="holds 0 samples"):
        decode(tmp_path / "a.wav")


def test_an_ogg_that_ends_within_a_page_is_cut_however_little_lacks(tmp_path):
    path = write(tmp_path / "a.ogg", container="OGG")
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    with pytest.raises(DataError, match="cut short"):
        decode(path)


def test_a_header_that_is_no_header_at_all_is_refused(tmp_path):
    for magic in (b"RIFF", b"RF64", b"riff", b"FORM", b".snd", b"caff", b"NIST_1A\n", b"OggS"):
        for size in (4, 11, 20, 60):
            (tmp_path / "a").write_bytes((magic * 20)[:size])
            with pytest.raises(DataError, match=r"cut short|cannot decode"):
                decode(tmp_path / "a")
