"""Captions to vectors, each different text once; into memory, or into a file that is mapped."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmark.artifacts import Artifacts
from benchmark.contract import CaptionEncoder, Embeddings
from benchmark.embeddings.kept import KeptVectors, chunks
from benchmark.embeddings.shards import KEY_BYTES
from benchmark.machine.progress import progress_bar

_TEXTS_AT_ONCE = 1024


def fill_texts(
    kept: KeptVectors, encoder: CaptionEncoder, texts: Sequence[str], target: Embeddings
) -> None:
    """Embed captions into the rows of an array ``(n_texts, dim)``, in their order."""
    # By length: what shares a chunk then shares batches.
    rows_of: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        rows_of.setdefault(text, []).append(row)

    def embed(chunk: Sequence[str]) -> list[Embeddings]:
        return [row[None] for row in encoder.embed_text(chunk)]

    distinct = sorted(rows_of, key=lambda text: (len(text), text))
    with progress_bar(f"{encoder.name}: captions", len(distinct)) as bar:
        for chunk in chunks(distinct, _TEXTS_AT_ONCE):
            items = {_key(text): text for text in chunk}
            known = kept.embed(encoder, "texts", items, embed)
            for text in chunk:
                target[rows_of[text]] = known[_key(text)]
            bar.advance(len(chunk))


def map_texts(kept: KeptVectors, encoder: CaptionEncoder, texts: Sequence[str]) -> Embeddings:
    """Embed captions into one file and map it; see ``EmbeddingStore.map_texts``."""

    def build(folder: Path) -> None:
        shape = (len(texts), encoder.dim)
        path = folder / "rows.npy"
        rows = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
        fill_texts(kept, encoder, texts, rows)
        rows.flush()

    digest = hashlib.blake2b(digest_size=KEY_BYTES)
    for text in texts:
        digest.update(_key(text))
    key = {"encoder": encoder.fingerprint, "texts": digest.hexdigest()}
    folder = Artifacts(kept.root).get_or_build("texts", key, build)
    mapped = np.load(folder / "rows.npy", mmap_mode="r", allow_pickle=False)
    return np.asarray(mapped)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()
