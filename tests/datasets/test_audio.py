from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from shared_data import shared_path

from benchmark.datasets.audio import encode_flac, hash_waveform, read_sound
from benchmark.errors import DataError

CLOTHO_WAVS = "data/clotho/clotho_audio_files/evaluation"


def sine(rate_hz: int, seconds: float = 1.0, tone_hz: float = 440.0) -> np.ndarray:
    times = np.arange(int(rate_hz * seconds)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * tone_hz * times)).astype(np.float32)


def write_sound(path: Path, samples: np.ndarray, rate_hz: int = 16_000, **how) -> Path:
    soundfile.write(path, samples, rate_hz, **how)
    return path


def wav_bytes(data: bytes, promised: int) -> bytes:
    """A 16-bit mono wav at 16 kHz whose data chunk claims ``promised`` bytes."""
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 16_000, 32_000, 2, 16)
    body = b"WAVE" + head + struct.pack("<4sI", b"data", promised) + data
    return b"RIFF" + struct.pack("<I", (len(body) + promised - len(data)) & 0xFFFFFFFF) + body


def test_a_name_need_not_be_utf8(tmp_path):
    plain = write_sound(tmp_path / "a.wav", sine(16_000))
    odd = plain.rename(tmp_path / os.fsdecode(b"a\xff\x9b.wav"))
    assert len(read_sound(odd, 16_000)) == 16_000
    odd.write_bytes(b"no sound at all")
    with pytest.raises(DataError, match="cannot decode"):
        read_sound(odd, 16_000)


def test_sixteen_bit_wav_is_read_exactly(tmp_path):
    values = np.array([0, 1, -1, 16_384, 32_767, -32_768], dtype=np.int16)
    path = write_sound(tmp_path / "a.wav", values)
    read = read_sound(path, 16_000)
    assert read.dtype == np.float32
    assert read.tolist() == (values / 32_768).tolist()


def test_real_clotho_sounds_agree_with_the_standard_librarys_reader():
    for path in sorted(shared_path(CLOTHO_WAVS).glob("*.wav")):
        with wave.open(str(path)) as file:
            expected = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32_768
        assert np.array_equal(read_sound(path, 44_100), expected.astype(np.float32))
        assert len(read_sound(path, 16_000)) == round(len(expected) * 16_000 / 44_100)


@pytest.mark.parametrize(("native_hz", "wanted_hz"), [(44_100, 16_000), (8_000, 16_000)])
def test_a_resampled_tone_is_the_same_tone_at_the_new_rate(tmp_path, native_hz, wanted_hz):
    path = write_sound(tmp_path / "a.wav", sine(native_hz), native_hz, subtype="FLOAT")
    read, expected = read_sound(path, wanted_hz), sine(wanted_hz)
    assert len(read) == len(expected)
    middle = slice(wanted_hz // 10, -wanted_hz // 10)
    np.testing.assert_allclose(read[middle], expected[middle], atol=1e-4)


def test_a_tone_above_the_new_nyquist_frequency_is_removed_not_folded(tmp_path):
    tone = sine(44_100, tone_hz=12_000)
    read = read_sound(write_sound(tmp_path / "a.wav", tone, 44_100), 16_000)
    assert np.abs(read[1_600:-1_600]).max() < 1e-3


def test_eight_channels_are_averaged(tmp_path):
    channels = np.stack([np.full(100, k / 16, dtype=np.float32) for k in range(8)], axis=1)
    read = read_sound(write_sound(tmp_path / "a.wav", channels), 16_000)
    np.testing.assert_allclose(read, np.full(100, 3.5 / 16), atol=1e-4)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_common_formats_are_read(tmp_path, suffix):
    read = read_sound(write_sound(tmp_path / f"a.{suffix}", sine(16_000)), 16_000)
    assert abs(len(read) - 16_000) <= 2_304  # mp3 pads to whole frames
    assert 0.4 < np.abs(read).max() < 0.6


def test_values_beyond_full_scale_are_kept(tmp_path):
    loud = np.array([0.0, 1.5, -2.0], dtype=np.float32)
    path = write_sound(tmp_path / "a.wav", loud, subtype="FLOAT")
    assert read_sound(path, 16_000).tolist() == [0.0, 1.5, -2.0]


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"cannot read the sound .*a\.wav: No such file"):
        read_sound(tmp_path / "a.wav", 16_000)


def test_an_empty_file_is_an_error(tmp_path):
    (tmp_path / "a.wav").touch()
    with pytest.raises(DataError, match=r"a\.wav is empty \(0 bytes\)"):
        read_sound(tmp_path / "a.wav", 16_000)


def test_a_folder_is_no_sound(tmp_path):
    with pytest.raises(DataError, match="is not a file"):
        read_sound(tmp_path, 16_000)


def test_a_text_file_is_no_sound(tmp_path):
    (tmp_path / "a.wav").write_text("not a sound")
    with pytest.raises(DataError, match=r"cannot decode .*a\.wav"):
        read_sound(tmp_path / "a.wav", 16_000)


def test_raw_samples_without_a_header_are_an_error(tmp_path):
    (tmp_path / "a.raw").write_bytes(bytes(100))
    with pytest.raises(DataError, match=r"cannot decode .*a\.raw"):
        read_sound(tmp_path / "a.raw", 16_000)


def test_a_wav_that_promises_more_than_it_holds_is_cut_short(tmp_path):
    (tmp_path / "a.wav").write_bytes(wav_bytes(bytes(200), promised=1_000))
    assert soundfile.info(tmp_path / "a.wav").frames == 100  # libsndfile sees nothing wrong
    with pytest.raises(DataError, match=r"cut short: 200 bytes of sound, .* promises 1000"):
        read_sound(tmp_path / "a.wav", 16_000)


@pytest.mark.parametrize("placeholder", [0xFFFFFFFF, 0x7FFFF000])
def test_a_wav_written_to_a_pipe_has_no_length_and_is_read_whole(tmp_path, placeholder):
    (tmp_path / "a.wav").write_bytes(wav_bytes(bytes(200), promised=placeholder))
    assert len(read_sound(tmp_path / "a.wav", 16_000)) == 100


@pytest.mark.parametrize("kept", [6, 12, 20, 30, 40])
def test_a_wav_cut_within_its_header_is_an_error(tmp_path, kept):
    (tmp_path / "a.wav").write_bytes(wav_bytes(bytes(200), promised=200)[:kept])
    with pytest.raises(DataError, match=r"a\.wav"):
        read_sound(tmp_path / "a.wav", 16_000)


@pytest.mark.parametrize(
    ("suffix", "message"),
    [
        ("flac", "cannot decode .*lost sync"),
        ("mp3", "cut short: .* frames of sound, .* promises 4"),
    ],
)
def test_a_compressed_sound_that_was_cut_is_an_error(tmp_path, suffix, message):
    path = write_sound(tmp_path / f"a.{suffix}", sine(44_100), 44_100)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=message):
        read_sound(path, 16_000)


def test_a_header_that_promises_more_than_memory_holds_is_an_error(tmp_path):
    path = write_sound(tmp_path / "a.flac", sine(16_000))
    data = bytearray(path.read_bytes())
    data[21] |= 0x0F  # the 36 bits of STREAMINFO that count the samples
    data[22:26] = b"\xff" * 4
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"a\.flac"):
        read_sound(path, 16_000)


def test_a_sound_without_samples_is_an_error(tmp_path):
    (tmp_path / "a.wav").write_bytes(wav_bytes(b"", promised=0))
    with pytest.raises(DataError, match="0 samples"):
        read_sound(tmp_path / "a.wav", 16_000)


def test_a_sound_too_short_for_the_new_rate_is_an_error(tmp_path):
    path = write_sound(tmp_path / "a.wav", np.zeros(1, dtype=np.float32), 48_000)
    with pytest.raises(DataError, match="1 samples at 48000 Hz leave none at 8000 Hz"):
        read_sound(path, 8_000)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_an_error_that_says_where(tmp_path, bad):
    samples = np.zeros(100, dtype=np.float32)
    samples[42] = bad
    path = write_sound(tmp_path / "a.wav", samples, subtype="FLOAT")
    with pytest.raises(DataError, match="at sample 42 of 100"):
        read_sound(path, 16_000)


def test_the_hash_is_of_the_sound_not_of_the_file(tmp_path):
    samples = (sine(16_000) * 32_767).astype(np.int16)
    wav = write_sound(tmp_path / "a.wav", samples)
    flac = write_sound(tmp_path / "other name.flac", samples)
    assert hash_waveform(read_sound(wav, 16_000)) == hash_waveform(read_sound(flac, 16_000))


@given(
    hnp.arrays(np.float32, st.integers(1, 50), elements=st.floats(-1, 1, width=32)),
    st.data(),
)
def test_one_changed_sample_changes_the_hash(waveform, data):
    at = data.draw(st.integers(0, len(waveform) - 1))
    changed = waveform.copy()
    changed[at] += 1
    assert hash_waveform(waveform) == hash_waveform(waveform.copy())
    assert hash_waveform(changed) != hash_waveform(waveform)
    assert hash_waveform(waveform[:-1]) != hash_waveform(waveform)


def test_importing_the_reader_loads_no_audio_library():
    code = (
        "import sys, benchmark.datasets.audio, benchmark.datasets.catalogue; "
        "print([m for m in ('soundfile', 'soxr', 'requests', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_sound_is_spelt_as_the_file_that_is_read_again(tmp_path):
    samples = np.array([0, 1, -1, 32767, -32768, 7] * 500, dtype=np.int16)
    (tmp_path / "a.flac").write_bytes(encode_flac(samples, 16_000))
    again = read_sound(tmp_path / "a.flac", 16_000)
    assert np.array_equal(again * 32768, samples.astype(np.float32))


def test_an_interrupt_while_a_sound_is_spelt_is_not_lost(monkeypatch):
    """It would be raised where libsndfile calls back, and be swallowed there."""

    def interrupted(file, *_, **__):
        os.kill(os.getpid(), signal.SIGINT)
        file.write(b"whole")

    monkeypatch.setattr(soundfile, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        encode_flac(np.zeros(3, dtype=np.int16), 16_000)
