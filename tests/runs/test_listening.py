"""Sounds read for captioners: each once, within a budget."""

from __future__ import annotations

from noises import REFERENCES

from benchmark.runs.listening import Listener


def test_each_sound_is_decoded_once_within_the_memory_budget(noises):
    listener = Listener(noises.split, text_only=False)
    for _ in range(3):
        for clip_id in REFERENCES:
            listener.hear(clip_id, 8000)
    assert listener.n_decoded == 5
    tight = Listener(noises.split, text_only=False, budget_bytes=2 * 8000 * 4)
    for clip_id in ("clip-0", "clip-1", "clip-0", "clip-2", "clip-1"):
        tight.hear(clip_id, 8000)
    assert tight.n_decoded == 4  # clip-1 made room for clip-2


def test_a_text_only_clip_carries_no_sound(noises):
    heard = Listener(noises.split, text_only=True).hear("clip-0", 8000)
    assert len(heard.clip.waveform) == 0
