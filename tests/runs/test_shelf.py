"""Sounds that one process of a run decoded and others read."""

from __future__ import annotations

import numpy as np
import pytest
from noises import REFERENCES

from benchmark.runs.listening import Listener
from benchmark.runs.shelf import Shelf, Shelved

SOUND = Shelved(np.linspace(-1, 1, 1000, dtype=np.float32), "hash", 0.25)


def test_what_is_put_there_is_taken_as_it_was(tmp_path):
    Shelf(tmp_path).put("clip\udcff/é", 16_000, SOUND)
    found = Shelf(tmp_path).take("clip\udcff/é", 16_000)
    assert np.array_equal(found.waveform, SOUND.waveform)
    assert found[1:] == SOUND[1:]
    with pytest.raises(ValueError, match="read-only"):
        found.waveform[0] = 0
    assert Shelf(tmp_path).take("clip\udcff/é", 32_000) is None


def test_the_budget_is_that_of_all_processes(tmp_path):
    first, second = (Shelf(tmp_path, budget_bytes=10_000) for _ in range(2))
    for number in range(2):
        first.put(f"clip-{number}", 16_000, SOUND)
    second.put("clip-2", 16_000, SOUND)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("n_bytes", [0, 100, 257, 1000])
def test_what_cannot_be_read_is_not_there(tmp_path, n_bytes):
    shelf = Shelf(tmp_path)
    shelf.put("clip", 16_000, SOUND)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:n_bytes])
    assert shelf.take("clip", 16_000) is None


def test_a_folder_that_is_gone_holds_nothing(tmp_path):
    shelf = Shelf(tmp_path / "gone")
    shelf.put("clip", 16_000, SOUND)
    assert shelf.take("clip", 16_000) is None


def test_a_second_listener_decodes_nothing_and_hears_the_same(noises, tmp_path):
    (tmp_path / "shelf").mkdir()
    listeners = [
        Listener(noises.split, text_only=False, shelf=Shelf(tmp_path / "shelf")) for _ in range(2)
    ]
    first, second = ([each.hear(clip, 16_000) for clip in REFERENCES] for each in listeners)
    assert [each.n_decoded for each in listeners] == [5, 0]
    for was, now in zip(first, second, strict=True):
        assert np.array_equal(was.clip.waveform, now.clip.waveform)
        assert (was.content, was.read_s) == (now.content, now.read_s)
    listeners[1].hear_anew("clip-0", 16_000)
    assert listeners[1].n_decoded == 1
