from __future__ import annotations

import pytest

from benchmark.datasets.sound_names import is_sound, loose_name, stem_of, suffix_of


@pytest.mark.parametrize(
    ("name", "suffix", "stem"),
    [
        ("a.WAV", ".wav", "a"),
        ("a.b.flac", ".flac", "a.b"),
        ("a.txt", "", "a.txt"),
        ("a", "", "a"),
        (".wav", "", ".wav"),
        ("Y-1_30.0", "", "Y-1_30.0"),
    ],
)
def test_only_suffixes_of_sounds_are_suffixes(name, suffix, stem):
    assert (suffix_of(name), stem_of(name)) == (suffix, stem)


def test_a_loose_name_is_its_own_loose_name():
    for name in ("Café &amp; Bar?.WAV", " x .mp3", "\u212b.wav", "\u017f.flac", "a\udce9.wav"):
        assert loose_name(loose_name(name)) == loose_name(name)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"RIFF\0\0\0\0WAVE", True),
        (b"RIFF\0\0\0\0WEBP", False),
        (b"fLaC", True),
        (b"\0\0\0\x1cftypM4A ", True),
        (b"\x1aE\xdf\xa3", True),
        (b"\x89PNG", False),
        (b"file_name,caption", False),
        (b"", False),
    ],
)
def test_a_file_without_a_suffix_is_told_by_how_it_begins(tmp_path, head, expected):
    (tmp_path / "blob").write_bytes(head)
    assert is_sound(tmp_path / "blob") is expected
