"""Sounds read for captioners: each once, within a budget."""

from __future__ import annotations

import dataclasses

import pytest
from noises import REFERENCES

from benchmark import Clip, DataError
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


def test_a_sound_is_kept_for_each_rate_apart(noises):
    listener = Listener(noises.split, text_only=False)
    slow, fast = listener.hear("clip-0", 8000), listener.hear("clip-0", 16_000)
    assert (len(slow.clip.waveform), len(fast.clip.waveform)) == (8000, 16_000)
    assert listener.hear("clip-0", 8000) is slow
    assert listener.n_decoded == 2


def test_what_was_heard_last_is_kept_longest(noises):
    listener = Listener(noises.split, text_only=False, budget_bytes=2 * 8000 * 4)
    kept = [listener.hear(clip_id, 8000) for clip_id in ("clip-0", "clip-1")]
    assert listener.hear("clip-0", 8000) is kept[0]
    listener.hear("clip-2", 8000)
    assert listener.hear("clip-0", 8000) is kept[0]  # clip-1 was the longest unheard
    assert listener.hear("clip-1", 8000) is not kept[1]


def test_a_sound_larger_than_the_budget_is_still_heard_and_kept_alone(noises):
    listener = Listener(noises.split, text_only=False, budget_bytes=1)
    first = listener.hear("clip-0", 8000)
    assert listener.hear("clip-0", 8000) is first
    listener.hear("clip-1", 8000)
    assert listener.hear("clip-0", 8000) is not first


def test_a_clip_heard_anew_is_decoded_again_and_changes_nothing_that_is_kept(noises):
    listener = Listener(noises.split, text_only=False)
    kept = listener.hear("clip-0", 8000)
    anew = listener.hear_anew("clip-0", 8000)
    assert anew is not kept
    assert (anew.content, listener.n_decoded) == (kept.content, 2)
    assert listener.hear("clip-0", 8000) is kept


def test_content_follows_the_sound_and_not_the_name(noises):
    def read(clip_id, rate_hz):
        return noises.read("clip-0", rate_hz)

    same = Listener(dataclasses.replace(noises.split, read_clip=read), text_only=False)
    assert same.hear("clip-0", 8000).content == same.hear("clip-1", 8000).content
    plain = Listener(noises.split, text_only=False)
    contents = {plain.hear(clip_id, 8000).content for clip_id in REFERENCES}
    assert len(contents) == 5


def test_the_content_of_a_text_only_clip_is_its_id_and_takes_no_time(noises):
    listener = Listener(noises.split, text_only=True)
    heard = listener.hear("clip-3", 8000)
    assert (heard.content, heard.read_s, heard.clip.sample_rate_hz) == ("text:clip-3", 0.0, 8000)
    assert listener.n_decoded == 0


def test_the_content_of_an_embedded_clip_is_its_id_and_the_files(noises):
    def read(clip_id, rate_hz):
        return Clip(clip_id, Listener.SILENCE, rate_hz, "noises:test")

    split = dataclasses.replace(noises.split, read_clip=read)
    contents = [
        Listener(split, text_only=False, embeddings_sha256=sha256).hear("clip-1", 8000).content
        for sha256 in ("ab", "cd")
    ]
    assert contents == ["embedding:clip-1:ab", "embedding:clip-1:cd"]


def test_no_captioner_can_change_a_sound_that_is_kept(noises):
    heard = Listener(noises.split, text_only=False).hear("clip-0", 8000)
    with pytest.raises(ValueError, match="read-only"):
        heard.clip.waveform[0] = 1.0


def test_a_sound_that_cannot_be_read_is_tried_again_each_time(noises):
    noises.broken = frozenset({"clip-1"})
    listener = Listener(noises.split, text_only=False)
    for _ in range(2):
        with pytest.raises(DataError, match="clip-1 is truncated"):
            listener.hear("clip-1", 8000)
    noises.broken = frozenset()
    assert listener.hear("clip-1", 8000).clip.clip_id == "clip-1"
