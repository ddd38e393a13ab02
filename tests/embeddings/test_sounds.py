"""Sounds are embedded once, by what they are."""

from __future__ import annotations

import numpy as np
import pytest
from statistics_encoder import CLIPS, Statistics, clip

from benchmark.embeddings.store import EmbeddingStore
from benchmark.errors import DataError, PluginError


@pytest.fixture
def store(tmp_path):
    return EmbeddingStore(tmp_path / "embeddings")


def test_sounds_are_embedded_once_by_content_not_by_name(store):
    encoder = Statistics()
    expected = Statistics().embed_audio([clip.waveform for clip in CLIPS])
    np.testing.assert_array_equal(store.embed_sounds(encoder, CLIPS), expected)
    assert encoder.n_embedded == 3
    for reader in (store, EmbeddingStore(store.root)):
        np.testing.assert_array_equal(reader.embed_sounds(encoder, CLIPS[::-1]), expected[::-1])
    assert encoder.n_embedded == 3


def test_a_sound_and_a_sequence_of_it_do_not_mix(store):
    encoder = Statistics()
    store.embed_sounds(encoder, CLIPS)
    sequences = store.embed_sequences(encoder, CLIPS)
    assert [rows.shape for rows in sequences] == [(4, 3), (4, 3), (4, 3), (2, 3)]
    np.testing.assert_array_equal(sequences[1][:, 0], CLIPS[1].waveform[:4])
    np.testing.assert_array_equal(sequences[0], sequences[2])


def test_a_generator_of_clips_is_taken_a_few_at_a_time(store):
    encoder = Statistics()
    clips = (clip(str(number), seed=number) for number in range(100))
    assert store.embed_sounds(encoder, clips).shape == (100, 3)
    assert encoder.largest_batch <= 32


def test_what_was_embedded_before_a_failure_is_kept(store):
    encoder = Statistics()
    broken = clip("broken.wav")
    broken.waveform[2] = np.inf
    clips = [*(clip(str(number), seed=number) for number in range(40)), broken]
    with pytest.raises(DataError, match=r"clip 'broken\.wav': .* holds inf at sample 2 of 8"):
        store.embed_sounds(encoder, clips)
    assert encoder.n_embedded == 32
    store.embed_sounds(encoder, clips[:40])
    assert encoder.n_embedded == 40


def test_a_clip_at_another_rate_is_refused(store):
    with pytest.raises(PluginError, match=r"'a' is at 44100 Hz; .* expects 16000 Hz"):
        store.embed_sounds(Statistics(), [clip("a", sample_rate_hz=44_100)])
