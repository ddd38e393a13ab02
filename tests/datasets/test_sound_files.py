from __future__ import annotations

import pickle

import numpy as np
import pytest
import soundfile

from benchmark.datasets.sound_files import Sounds
from benchmark.datasets.sound_search import Place, match_names
from benchmark.errors import DataError


def find(*folders):
    match = match_names({"a.wav": "a"})
    return Sounds.find([Place(folder, match) for folder in folders], folders, ["a"])


def test_sounds_travel_to_another_process(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(80, dtype=np.float32), 8_000)
    read_clip = pickle.loads(pickle.dumps(find(tmp_path).read_clip))  # noqa: S301
    assert len(read_clip("a", 8_000).waveform) == 80


def test_a_clip_without_a_sound_is_an_error(tmp_path):
    with pytest.raises(DataError, match=f"no sound for clip 'a'.*{tmp_path}"):
        find(tmp_path).read_clip("a", 8_000)


def test_a_clip_with_files_that_differ_says_which(tmp_path):
    (tmp_path / "A.flac").write_bytes(b"one")
    (tmp_path / "a .flac").write_bytes(b"another")
    sounds = find(tmp_path)
    assert sounds.present == frozenset()
    with pytest.raises(DataError, match=r"'a' has files that differ: .*A\.flac.*a \.flac'\. Keep"):
        sounds.read_clip("a", 8_000)
