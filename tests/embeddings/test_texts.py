"""Captions are embedded once, in memory or in a file that is mapped."""

from __future__ import annotations

import numpy as np
import pytest
from statistics_encoder import TEXTS, Statistics

from benchmark.embeddings.store import EmbeddingStore


@pytest.fixture
def store(tmp_path):
    return EmbeddingStore(tmp_path / "embeddings")


def test_texts_are_embedded_once_and_keep_their_case(store):
    encoder = Statistics()
    expected = Statistics().embed_text(TEXTS)
    np.testing.assert_array_equal(store.embed_texts(encoder, TEXTS), expected)
    assert encoder.n_embedded == 5
    again = EmbeddingStore(store.root).embed_texts(encoder, [*TEXTS, "new"])
    np.testing.assert_array_equal(again[:-1], expected)
    assert encoder.n_embedded == 6


def test_a_mapped_memory_equals_the_array_and_is_checked(store, capsys):
    encoder = Statistics()
    expected = store.embed_texts(encoder, TEXTS)
    mapped = store.map_texts(encoder, TEXTS)
    np.testing.assert_array_equal(mapped, expected)
    assert isinstance(mapped.base, np.memmap)
    assert not mapped.flags.writeable
    assert not np.array_equal(store.map_texts(encoder, TEXTS[::-1]), mapped)
    for path in store.root.glob("texts-*/rows.npy"):
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    np.testing.assert_array_equal(store.map_texts(encoder, TEXTS), expected)
    assert "is damaged (rows.npy is not what was built)" in capsys.readouterr().err
    assert encoder.n_embedded == 5
