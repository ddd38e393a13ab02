"""A store gives back what real encoders gave, and asks them once."""

from __future__ import annotations

import time

import numpy as np
import pytest
from statistics_encoder import Statistics, clip

from benchmark import embeddings
from benchmark.embeddings.store import EmbeddingStore
from benchmark.encoders import load_caption_encoder, load_sequence_encoder


@pytest.fixture
def store(tmp_path):
    return EmbeddingStore(tmp_path / "embeddings")


def test_nothing_gives_empty_arrays(store):
    encoder = Statistics()
    assert store.embed_sounds(encoder, []).shape == (0, 3)
    assert store.embed_sequences(encoder, []) == []
    assert store.embed_texts(encoder, []).shape == (0, 3)
    assert store.map_texts(encoder, []).shape == (0, 3)


def test_systems_that_share_vggish_embed_a_sound_once(store):
    encoder = load_sequence_encoder("vggish[weights=random]")
    noise = clip("noise", n_samples=160_000)
    (first,) = store.embed_sequences(encoder, [noise])
    start = time.perf_counter()
    (second,) = EmbeddingStore(store.root).embed_sequences(encoder, [noise])
    assert time.perf_counter() - start < 0.05  # computing takes some 200 ms
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(encoder.embed_patches([noise.waveform])[0], second)


def test_minilm_embeddings_come_back_as_they_were(store):
    encoder = load_caption_encoder("sentence")
    texts = [f"dog number {number} barks" for number in range(50)]
    first = store.embed_texts(encoder, texts)
    np.testing.assert_array_equal(EmbeddingStore(store.root).embed_texts(encoder, texts), first)
    np.testing.assert_allclose(first, encoder.embed_text(texts), atol=1e-6)


def test_plugins_find_the_store_at_the_front_door():
    assert embeddings.EmbeddingStore is EmbeddingStore
