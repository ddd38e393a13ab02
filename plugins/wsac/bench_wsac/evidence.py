"""What a caption leaned on: the training captions that stood for its sound (``explain``)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmark import Evidence
from benchmark.embeddings import search
from benchmark.encoders import Embeddings

N_SHOWN = 5
_CHUNK_ROWS = 16_384
_Weights = NDArray[np.float64]


def nearest_captions(
    sounds: Embeddings, memory: Embeddings, captions: Sequence[str]
) -> list[list[Evidence]]:
    """Find for each sound the captions nearest to it, the one that is decoded from first.

    Args:
        sounds: ``(n_sounds, dim)``.
        memory: ``(n_captions, dim)``, unit rows, an array or a memory map.
        captions: whose embeddings those are. A caption that occurs twice is shown once.

    Returns:
        For each sound at most ``N_SHOWN`` different captions with their cosines.
    """
    n_looked_at = min(N_SHOWN, len(memory))
    while True:
        found = search(sounds, memory, n_looked_at)
        shown = [
            _first_different([captions[row] for row in rows], cosines)
            for rows, cosines in zip(found.indices, found.scores, strict=True)
        ]
        if n_looked_at == len(memory) or all(len(each) == N_SHOWN for each in shown):
            return shown
        n_looked_at = min(2 * n_looked_at, len(memory))


def heaviest_captions(
    sounds: Embeddings, memory: Embeddings, captions: Sequence[str], temperature: float
) -> list[list[Evidence]]:
    """Find for each sound the captions that weigh most in its projection (WSAC, eq. 5).

    Args:
        sounds: ``(n_sounds, dim)``.
        memory: ``(n_captions, dim)``, unit rows, an array or a memory map.
        captions: whose embeddings those are. The weights of one that occurs twice are added.
        temperature: of the softmax.

    Returns:
        For each sound at most ``N_SHOWN`` different captions with their weights, which add up to
        1 over all captions.
    """
    number_of = {text: number for number, text in enumerate(dict.fromkeys(captions))}
    texts = list(number_of)
    text_of = np.array([number_of[text] for text in captions])
    shown = []
    for cosines in _cosines(sounds, memory):
        weights = np.exp((cosines - cosines.max()) / temperature)
        by_text = np.bincount(text_of, weights / weights.sum(), len(texts))
        heaviest = np.argsort(-by_text, kind="stable")[:N_SHOWN]
        shown.append([Evidence(texts[number], float(by_text[number])) for number in heaviest])
    return shown


def _first_different(texts: Sequence[str], weights: _Weights) -> list[Evidence]:
    first: dict[str, float] = {}
    for text, weight in zip(texts, weights, strict=True):
        first.setdefault(text, float(weight))
    return [Evidence(text, weight) for text, weight in list(first.items())[:N_SHOWN]]


def _cosines(sounds: Embeddings, memory: Embeddings) -> _Weights:
    """Return ``(n_sounds, n_captions)``, reading the memory a chunk at a time."""
    lengths = np.linalg.norm(sounds, axis=1, keepdims=True)
    units = (sounds / np.where(lengths == 0, 1, lengths)).astype(np.float64)
    cosines = np.empty((len(sounds), len(memory)))
    for start in range(0, len(memory), _CHUNK_ROWS):
        chunk = np.asarray(memory[start : start + _CHUNK_ROWS], dtype=np.float64)
        # One by one: a product of several rounds otherwise, and what a clip gets is its own.
        for unit, row in zip(units, cosines, strict=True):
            row[start : start + len(chunk)] = chunk @ unit
    return cosines
