"""An encoder by simple figures, and clips and texts for it."""

from __future__ import annotations

import numpy as np

from benchmark.contract import Clip


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


CLIPS = [clip("a"), clip("b", seed=1), clip("copy of a"), clip("c", n_samples=5, seed=2)]
TEXTS = ["a dog barks", "rain", "", "a dog barks", "\ud800 lone", "RAIN"]
