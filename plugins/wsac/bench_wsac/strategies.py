"""From a sound's embedding to the embedding that the decoder reads (WSAC, section 3.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench_wsac.options import Strategy
from benchmark import stage
from benchmark.embeddings import project, search
from benchmark.encoders import Embeddings


@dataclass(frozen=True, slots=True)
class Crossing:
    """A way across the gap at decoding.

    Attributes:
        strategy: ``nnd``: the nearest training caption's (eq. 3); ``pd``: a mean of all training
            captions', weighted by a softmax of their cosines (eq. 4, 5); any other: the sound's own
            embedding (audio decoding).
        memory: ``(n_captions, dim)``, unit rows, an array or a memory map.
        temperature: of the softmax.
        offset: ``(dim,)``, added to the sound's embedding first; None: nothing.
        renormalised: whether what was changed has unit length again.
        device: torch's spelling; where projections are computed.
    """

    strategy: Strategy
    memory: Embeddings
    temperature: float
    offset: NDArray[np.float32] | None
    renormalised: bool
    device: str

    def cross(self, sounds: Embeddings) -> Embeddings:
        """Return ``(n_sounds, dim)``, each row by itself."""
        read, is_changed = sounds, self.offset is not None
        if self.offset is not None:
            read = read + self.offset
        if self.strategy == "nnd":
            with stage("retrieve"):
                return np.asarray(self.memory[search(read, self.memory, 1).indices[:, 0]])
        if self.strategy == "pd":
            with stage("retrieve"):
                read, is_changed = self._project(read), True
        if is_changed and self.renormalised:
            # A sum of opposites has no direction; it stays what it is, as in training.
            read = read / np.linalg.norm(read, axis=1, keepdims=True).clip(1e-12)
        return read

    def _project(self, sounds: Embeddings) -> Embeddings:
        units = sounds / np.linalg.norm(sounds, axis=1, keepdims=True)
        return project(units, self.memory, self.temperature, device=self.device)
