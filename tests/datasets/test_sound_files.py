from __future__ import annotations

import pickle

import numpy as np
import pytest
import soundfile

from benchmark.datasets.sound_files import Sounds, index_files
from benchmark.errors import DataError


def test_the_first_folder_wins_and_folders_inside_are_not_entered(tmp_path):
    first, second, absent = tmp_path / "1", tmp_path / "2", tmp_path / "absent"
    (first / "below").mkdir(parents=True)
    second.mkdir()
    for path in (first / "a.wav", second / "a.wav", second / "b.wav", first / "below/c.wav"):
        path.touch()
    assert index_files([first, absent, second]) == {"a.wav": first, "b.wav": second}


def test_a_folder_named_like_a_sound_and_a_dead_link_are_no_files(tmp_path):
    (tmp_path / "a.wav").mkdir()
    (tmp_path / "b.wav").symlink_to(tmp_path / "gone.wav")
    assert index_files([tmp_path]) == {}


def test_sounds_travel_to_another_process(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(80, dtype=np.float32), 8_000)
    sounds = Sounds({"a": tmp_path / "a.wav"}, (tmp_path,))
    read_clip = pickle.loads(pickle.dumps(sounds.read_clip))  # noqa: S301
    assert len(read_clip("a", 8_000).waveform) == 80


def test_a_clip_without_a_sound_is_an_error(tmp_path):
    with pytest.raises(DataError, match=f"no sound for clip 'a'.*{tmp_path}"):
        Sounds({}, (tmp_path,)).read_clip("a", 8_000)
