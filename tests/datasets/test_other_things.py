"""Files that are another thing than their name says, told as what they are."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import numpy as np
import pytest
import soundfile

from benchmark.datasets.audio import read_sound
from benchmark.datasets.other_things import no_sound
from benchmark.datasets.text_files import read_text
from benchmark.errors import DataError

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 441044\n"
ANNEX = b"/annex/objects/SHA256E-s441044--4d7a.wav\n"


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.wav", "sound")
    return file.getvalue()


def tarred():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.wav"))
    return file.getvalue()


THINGS = {
    "pointer of Git LFS": LFS,
    "pointer of git-annex": ANNEX,
    "zip archive": zipped(),
    "tar archive": tarred(),
    "gzip": gzip.compress(b"sound"),
    "bzip2": bz2.compress(b"sound"),
    "compressed with xz": lzma.compress(b"sound"),
    "7z archive": b"7z\xbc\xaf\x27\x1c" + bytes(40),
    "rar archive": b"Rar!\x1a\x07\x01\x00" + bytes(40),
    "web page": b"\n <!DOCTYPE html><html><body>404</body></html>",
}


@pytest.mark.parametrize("name", THINGS)
@pytest.mark.parametrize("suffix", ["wav", "mp3", "m4a", "csv"])
def test_what_a_download_or_a_checkout_left_is_named_and_its_cure_told(tmp_path, name, suffix):
    path = tmp_path / f"clip.{suffix}"
    path.write_bytes(THINGS[name])
    with pytest.raises(DataError, match=name) as caught:
        read_text(path) if suffix == "csv" else read_sound(path, 16_000)
    assert ": fetch" in str(caught.value) or "unpack" in str(caught.value)
    assert "cut" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "start"),
    [
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "<?xml version"),
        (b'{"error": "video unavailable"}', "video unavailable"),
        (b"ERROR: video unavailable\nsee the log\n", "ERROR: video unavailable"),
    ],
)
def test_a_text_in_the_place_of_a_sound_is_told_by_its_beginning(tmp_path, content, start):
    path = tmp_path / "clip.mp3"
    path.write_bytes(content)
    with pytest.raises(DataError, match="is a text that begins with") as caught:
        read_sound(path, 16_000)
    assert start in str(caught.value)


@pytest.mark.parametrize("form", sorted(soundfile.available_formats()))
def test_no_format_of_sounds_is_taken_for_another_thing(tmp_path, form):
    if form in {"RAW", "SD2"}:  # the one has no head, the other keeps it in another file
        assert no_sound(np.zeros(512, "<i2").tobytes()) is None
        return
    for subtype in soundfile.available_subtypes(form):
        path = tmp_path / f"{form}.{subtype}"
        try:
            soundfile.write(path, np.zeros(16_000, "f4"), 16_000, subtype, format=form)
        except (soundfile.LibsndfileError, ValueError, TypeError):
            continue  # not every pair can be written
        assert no_sound(path.read_bytes()[:512]) is None, (form, subtype)
