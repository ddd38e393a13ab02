"""What only PyAV reads, and that it hears what libsndfile hears."""

from __future__ import annotations

import builtins
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from media_files import write_media
from shared_data import shared_path

from benchmark.datasets.audio import read_sound
from benchmark.datasets.decoding import decode, media
from benchmark.errors import DataError

RATE_HZ = 48_000


def tone(seconds: float = 1.0) -> np.ndarray:
    times = np.arange(int(RATE_HZ * seconds)) / RATE_HZ
    return (0.3 * np.sin(2 * np.pi * 440 * times)).astype(np.float32)


def read_with_av(path) -> np.ndarray:
    return np.concatenate([frames for frames, _ in media.read_blocks(path)])


@pytest.mark.parametrize("suffix", ["m4a", "mp4", "webm", "mka", "aac", "wma", "ac3"])
def test_what_libsndfile_does_not_read_is_read(tmp_path, suffix):
    path = write_media(tmp_path / f"a.{suffix}", tone(), RATE_HZ)
    sound = decode(path)
    assert (sound.rate_hz, sound.n_channels) == (RATE_HZ, 1)
    assert abs(len(sound.waveform) - RATE_HZ) <= 4_096  # codecs fill up their frames
    middle = np.abs(np.fft.rfft(sound.waveform[8_000:40_000]))
    assert middle.argmax() * RATE_HZ / 32_000 == pytest.approx(440, abs=2)
    assert 0.2 < sound.peak < 0.4
    assert abs(len(read_sound(path, 16_000)) - 16_000) <= 1_366


@pytest.mark.parametrize("suffix", ["m4a", "webm", "mka"])
def test_a_real_sound_begins_where_it_began_whatever_the_codec_adds(tmp_path, suffix):
    path = next(iter(sorted(shared_path("data/clotho/clotho_audio_files/evaluation").iterdir())))
    samples, rate_hz = soundfile.read(path, dtype="float32", frames=96_000)
    rate_hz = RATE_HZ if suffix == "webm" else rate_hz  # opus has no other
    heard = decode(write_media(tmp_path / f"a.{suffix}", samples, rate_hz)).waveform
    part = samples[20_000:60_000]
    likeness = [
        float(np.corrcoef(part, heard[20_000 + lag : 60_000 + lag])[0, 1])
        for lag in range(-1_200, 1_200, 8)
    ]
    assert likeness.index(max(likeness)) == 150
    assert max(likeness) > 0.95


@pytest.mark.parametrize(
    ("source", "form", "tolerance"),
    [
        ("data/clotho/clotho_audio_files/evaluation", None, 0.0),
        ("data/sounds/ibm_max", None, 1e-6),
        ("data/clotho/clotho_audio_files/evaluation", "flac", 0.0),
        ("data/clotho/clotho_audio_files/evaluation", "mp3", 2e-6),
        ("data/clotho/clotho_audio_files/evaluation", "aiff", 0.0),
        ("data/clotho/clotho_audio_files/evaluation", "w64", 0.0),
    ],
)
def test_both_readers_hear_the_same_in_a_real_sound(tmp_path, source, form, tolerance):
    path = next(path for path in sorted(shared_path(source).iterdir()) if path.suffix != ".md")
    if form is not None:
        samples, rate_hz = soundfile.read(path, dtype="float32", frames=100_000)
        path = tmp_path / f"a.{form}"
        soundfile.write(path, samples, rate_hz)
    heard, _ = soundfile.read(path, dtype="float32", always_2d=True)
    again = read_with_av(path)
    assert heard.shape == again.shape
    assert np.abs(heard - again).max() <= tolerance


def test_two_channels_are_averaged(tmp_path):
    path = write_media(tmp_path / "a.mka", np.stack([tone(), -tone()], axis=1), RATE_HZ)
    sound = decode(path)
    assert sound.n_channels == 2
    assert np.abs(sound.waveform).max() < 1e-4
    assert sound.peak > 0.2


@pytest.mark.parametrize("suffix", ["m4a", "webm", "mka", "wma"])
def test_half_a_file_is_refused(tmp_path, suffix):
    path = write_media(tmp_path / f"a.{suffix}", tone(), RATE_HZ)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match=r"cut short|cannot decode"):
        decode(path)


@pytest.mark.parametrize("suffix", ["m4a", "mka"])
def test_bytes_that_changed_are_noticed(tmp_path, suffix):
    path = write_media(tmp_path / f"a.{suffix}", tone(), RATE_HZ)
    content = bytearray(path.read_bytes())
    for at in range(len(content) // 2, len(content) // 2 + 200):
        content[at] ^= 0x55
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"cut short|cannot decode"):
        decode(path)


@pytest.mark.parametrize("name", ["a:b.m4a", "http:x.m4a", "caf\udce9.m4a", "%d.m4a", "-i.m4a"])
def test_a_name_is_a_name_and_no_address_or_option(tmp_path, name, monkeypatch):
    write_media(tmp_path / "plain.m4a", tone(0.1), RATE_HZ).rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert len(decode(Path(name)).waveform)


def test_a_list_of_other_files_is_not_opened(tmp_path):
    write_media(tmp_path / "secret.m4a", tone(0.1), RATE_HZ)
    lists = {
        "m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.m4a\n#EXT-X-ENDLIST\n",
        "ffconcat": "ffconcat version 1.0\nfile secret.m4a\n",
        "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
    }
    for suffix, text in lists.items():
        path = tmp_path / f"list.{suffix}"
        path.write_text(text)
        with pytest.raises(DataError, match="is a text that begins with"):
            decode(path)
        assert media.read_first(path) is None


@pytest.mark.parametrize("suffix", ["m4a", "webm", "aac", "wma"])
def test_without_the_extra_the_message_names_it(tmp_path, monkeypatch, suffix):
    path = write_media(tmp_path / f"a.{suffix}", tone(0.2), RATE_HZ)
    monkeypatch.setattr(media, "is_here", lambda: False)
    with pytest.raises(DataError, match=r"a\.\w+: it is .*pip install 'aac-bench\[media\]'"):
        decode(path)


def test_what_libsndfile_reads_needs_no_extra(tmp_path, monkeypatch):
    soundfile.write(tmp_path / "a.wav", tone(0.1), RATE_HZ)

    def refuse(name, *rest, **how):
        assert name != "av"
        return real(name, *rest, **how)

    real = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", refuse)
    assert len(decode(tmp_path / "a.wav").waveform) == 4_800


def test_what_libsndfile_reads_does_not_load_pyav(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(0.1), RATE_HZ)
    code = (
        "import sys, pathlib; from benchmark.datasets.audio import read_sound; "
        f"read_sound(pathlib.Path({str(tmp_path / 'a.wav')!r}), 16000); print('av' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
