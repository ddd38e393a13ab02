"""What is kept is of one encoder, checked, and passed over while a call is timed."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from statistics_encoder import CLIPS, TEXTS, Statistics

from benchmark.embeddings.store import EmbeddingStore
from benchmark.errors import PluginError
from benchmark.stages import timed_call


@pytest.fixture
def store(tmp_path):
    return EmbeddingStore(tmp_path / "embeddings")


def test_another_fingerprint_is_another_embedding(store):
    first, second = Statistics(), Statistics(fingerprint="4567", scale=2)
    np.testing.assert_array_equal(
        store.embed_texts(second, TEXTS), 2 * store.embed_texts(first, TEXTS)
    )
    assert sorted(path.name for path in store.root.iterdir()) == [
        "statistics-0123",
        "statistics-4567",
    ]


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (np.zeros((1, 3), np.float32), "1 embeddings for 2 items"),
        (np.zeros((2, 4), np.float32), r"shape \(1, 4\); expected finite float32 of width 3"),
        (np.zeros((2, 3)), "returned float64"),
        (np.full((2, 3), np.nan, np.float32), "expected finite"),
    ],
)
def test_an_encoder_that_breaks_its_promise_is_refused_and_nothing_kept(store, returned, message):
    encoder = Statistics()
    encoder.embed_text = lambda captions: returned
    with pytest.raises(PluginError, match=message):
        store.embed_texts(encoder, ["a", "b"])
    assert not store.root.exists()


def test_while_a_call_is_timed_all_is_computed_and_nothing_kept_in_any_thread(store):
    encoder = Statistics()
    expected = store.embed_texts(encoder, TEXTS)
    assert encoder.n_embedded == 5
    with timed_call() as spent_s:
        worker = threading.Thread(target=store.embed_texts, args=(encoder, TEXTS))
        worker.start()
        worker.join()
        assert encoder.n_embedded == 10
        np.testing.assert_array_equal(store.embed_texts(encoder, TEXTS), expected)
        store.embed_sounds(encoder, CLIPS)
        assert encoder.n_embedded == 18
    assert list(spent_s) == ["encode"]
    assert not list(store.root.glob("*/sounds"))
    store.embed_texts(encoder, TEXTS)
    assert encoder.n_embedded == 18
