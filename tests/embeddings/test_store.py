from __future__ import annotations

import time

import numpy as np
import pytest

from benchmark.contract import Clip
from benchmark.embeddings.store import EmbeddingStore
from benchmark.encoders import load_caption_encoder, load_sequence_encoder
from benchmark.errors import DataError, PluginError


class Statistics:
    """An encoder of sounds and captions by simple figures; it counts what it embeds."""

    sample_rate_hz = 16_000
    dim = 3
    trained_on = ()

    def __init__(self, name="statistics[scale=1]", fingerprint="0123", scale=1.0):
        self.name, self.fingerprint, self.scale = name, fingerprint, scale
        self.n_embedded = 0
        self.largest_batch = 0

    def embed_audio(self, waveforms):
        self._count(waveforms)
        rows = [(w.mean(), w.std(), len(w)) for w in waveforms]
        return np.array(rows, dtype=np.float32) * np.float32(self.scale)

    def embed_patches(self, waveforms):
        self._count(waveforms)
        return [np.repeat(w[: len(w) // 2, None], 3, axis=1) for w in waveforms]

    def embed_text(self, captions):
        self._count(captions)
        rows = [(len(c), c.count("a"), sum(map(ord, c))) for c in captions]
        return np.array(rows, dtype=np.float32) * np.float32(self.scale)

    def _count(self, items):
        self.n_embedded += len(items)
        self.largest_batch = max(self.largest_batch, len(items))


def clip(name, n_samples=8, seed=0, sample_rate_hz=16_000):
    waveform = np.random.default_rng(seed).normal(size=n_samples).astype(np.float32)
    return Clip(name, waveform, sample_rate_hz)


@pytest.fixture
def store(tmp_path):
    return EmbeddingStore(tmp_path / "embeddings")


CLIPS = [clip("a"), clip("b", seed=1), clip("copy of a"), clip("c", n_samples=5, seed=2)]
TEXTS = ["a dog barks", "rain", "", "a dog barks", "\ud800 lone", "RAIN"]


def test_sounds_are_embedded_once_by_content_not_by_name(store):
    encoder = Statistics()
    expected = Statistics().embed_audio([clip.waveform for clip in CLIPS])
    np.testing.assert_array_equal(store.embed_sounds(encoder, CLIPS), expected)
    assert encoder.n_embedded == 3
    for reader in (store, EmbeddingStore(store.root)):
        np.testing.assert_array_equal(reader.embed_sounds(encoder, CLIPS[::-1]), expected[::-1])
    assert encoder.n_embedded == 3


def test_texts_are_embedded_once_and_keep_their_case(store):
    encoder = Statistics()
    expected = Statistics().embed_text(TEXTS)
    np.testing.assert_array_equal(store.embed_texts(encoder, TEXTS), expected)
    assert encoder.n_embedded == 5
    again = EmbeddingStore(store.root).embed_texts(encoder, [*TEXTS, "new"])
    np.testing.assert_array_equal(again[:-1], expected)
    assert encoder.n_embedded == 6


def test_another_fingerprint_is_another_embedding(store):
    first, second = Statistics(), Statistics(fingerprint="4567", scale=2)
    np.testing.assert_array_equal(
        store.embed_texts(second, TEXTS), 2 * store.embed_texts(first, TEXTS)
    )
    assert sorted(path.name for path in store.root.iterdir()) == [
        "statistics-0123",
        "statistics-4567",
    ]


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


def test_nothing_gives_empty_arrays(store):
    encoder = Statistics()
    assert store.embed_sounds(encoder, []).shape == (0, 3)
    assert store.embed_sequences(encoder, []) == []
    assert store.embed_texts(encoder, []).shape == (0, 3)
    assert store.map_texts(encoder, []).shape == (0, 3)


def test_a_clip_at_another_rate_is_refused(store):
    with pytest.raises(PluginError, match=r"'a' is at 44100 Hz; .* expects 16000 Hz"):
        store.embed_sounds(Statistics(), [clip("a", sample_rate_hz=44_100)])


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


def test_a_mapped_memory_equals_the_array_and_is_checked(store):
    encoder = Statistics()
    expected = store.embed_texts(encoder, TEXTS)
    mapped = store.map_texts(encoder, TEXTS)
    np.testing.assert_array_equal(mapped, expected)
    assert isinstance(mapped.base, np.memmap)
    assert not mapped.flags.writeable
    assert not np.array_equal(store.map_texts(encoder, TEXTS[::-1]), mapped)
    for path in store.root.glob("texts-*/rows.npy"):
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.warns(UserWarning, match="are damaged; built again"):
        np.testing.assert_array_equal(store.map_texts(encoder, TEXTS), expected)
    assert encoder.n_embedded == 5


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
