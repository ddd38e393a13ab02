"""Vectors on disk by key: whole files only, each checked before it is believed.

A *shard* is two files that no one changes once they are there, named by a hash of their content:
``<hash>.keys.npy`` says which key has how many rows, ``<hash>.rows.npy`` holds the rows and is
read through a memory map. Both are renamed into place, the keys last, so that several processes
may add at once, and one that is killed leaves nothing that counts.
"""

from __future__ import annotations

import hashlib
import threading
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.files import CACHE_CURE, save_array

Rows = NDArray[np.float32]
KEY_BYTES = 32
KEYS_PER_SHARD = 1024

_KEY_TYPE = np.dtype([("key", "V32"), ("n_rows", "<i4")])
_SMALL = KEYS_PER_SHARD // 2
_MOST_SMALL = 64  # small shards are merged once there are more


@dataclass(frozen=True, slots=True)
class _Span:
    shard: str
    start: int
    stop: int


class VectorFiles:
    """The shards of one folder."""

    def __init__(self, folder: Path) -> None:
        """Open a folder, which need not exist yet."""
        self._folder = folder
        self._index: dict[bytes, _Span] = {}
        self._n_keys: dict[str, int] = {}
        self._rows: dict[str, Rows] = {}
        self._lock = threading.RLock()

    def read(self, keys: Sequence[bytes]) -> dict[bytes, Rows]:
        """Read what is there.

        Returns:
            Key to ``(n_rows, dim)``, read-only, for those keys that are there and whole.
        """
        with self._lock:
            known = self._read_indexed(keys)
            if any(key not in known for key in keys):
                self._index_new_shards()
                known |= self._read_indexed([key for key in keys if key not in known])
            return known

    def add(self, vectors: Mapping[bytes, Rows]) -> None:
        """Write vectors, at most ``KEYS_PER_SHARD`` keys a shard.

        Args:
            vectors: key to ``(n_rows, dim)``, all of one width.

        Raises:
            MachineError: the folder cannot be written.
        """
        items = list(vectors.items())
        with self._lock:
            for start in range(0, len(items), KEYS_PER_SHARD):
                self._write(dict(items[start : start + KEYS_PER_SHARD]))
            if sum(n_keys < _SMALL for n_keys in self._n_keys.values()) > _MOST_SMALL:
                self._merge_small()

    def _read_indexed(self, keys: Sequence[bytes]) -> dict[bytes, Rows]:
        vectors = {}
        for key in keys:
            span = self._index.get(key)
            rows = None if span is None else self._open(span.shard)
            if span is not None and rows is not None:
                vectors[key] = rows[span.start : span.stop]
        return vectors

    def _open(self, shard: str) -> Rows | None:
        """Map a shard's rows, checked; None where another process merged it, or it is damaged."""
        if shard in self._rows or shard not in self._n_keys:
            return self._rows.get(shard)
        try:
            keys = np.load(self._path(shard, "keys"), allow_pickle=False)
            rows = np.asarray(np.load(self._path(shard, "rows"), mmap_mode="r", allow_pickle=False))
        except FileNotFoundError:
            del self._n_keys[shard]
            return None
        except (OSError, ValueError, EOFError) as error:
            self._discard(shard, str(error))
            return None
        if (content_hash := _hash(keys, rows)) != shard:
            self._discard(shard, f"its content has the hash {content_hash}")
            return None
        self._rows[shard] = rows
        return rows

    def _discard(self, shard: str, reason: str) -> None:
        warnings.warn(
            f"the embeddings {self._path(shard, 'rows')} are damaged ({reason}); they are removed "
            "and computed again. Check the disk if this happens often.",
            stacklevel=2,
        )
        self._remove(shard)

    def _remove(self, shard: str) -> None:
        self._n_keys.pop(shard, None)
        self._rows.pop(shard, None)
        for part in ("keys", "rows"):  # in this order: without its keys a shard does not count
            self._path(shard, part).unlink(missing_ok=True)

    def _index_new_shards(self) -> None:
        for path in sorted(self._folder.glob("*.keys.npy")):
            shard = path.name.removesuffix(".keys.npy")
            if shard in self._n_keys:
                continue
            try:
                self._index_shard(shard, np.load(path, allow_pickle=False))
            except FileNotFoundError:  # merged since it was listed
                continue
            except (OSError, ValueError, EOFError, IndexError) as error:
                self._discard(shard, str(error))

    def _index_shard(self, shard: str, keys: NDArray[Any]) -> None:
        stops = np.cumsum(keys["n_rows"]).tolist()
        self._n_keys[shard] = len(keys)
        for key, start, stop in zip(keys["key"].tolist(), [0, *stops], stops, strict=False):
            self._index[key] = _Span(shard, start, stop)

    def _write(self, vectors: Mapping[bytes, Rows]) -> str:
        keys = np.array([(key, len(rows)) for key, rows in vectors.items()], dtype=_KEY_TYPE)
        rows = np.ascontiguousarray(np.concatenate(list(vectors.values())), dtype="<f4")
        shard = _hash(keys, rows)
        self._save(shard, "rows", rows)
        self._save(shard, "keys", keys)
        self._index_shard(shard, keys)
        return shard

    def _merge_small(self) -> None:
        small = [shard for shard, n_keys in self._n_keys.items() if n_keys < _SMALL]
        keys = [key for key, span in self._index.items() if span.shard in small]
        vectors = self._read_indexed(keys)
        merged = set()
        for start in range(0, len(keys), KEYS_PER_SHARD):
            part = {key: vectors[key] for key in keys[start : start + KEYS_PER_SHARD]}
            merged.add(self._write(part))
        for shard in set(small) - merged:
            self._remove(shard)

    def _save(self, shard: str, part: str, array: NDArray[Any]) -> None:
        # Without waiting for the disk: a shard is checked whenever it is opened.
        path = self._path(shard, part)
        save_array(path, array, CACHE_CURE, kind="the embeddings", is_durable=False)

    def _path(self, shard: str, part: str) -> Path:
        return self._folder / f"{shard}.{part}.npy"


def _hash(keys: NDArray[Any], rows: Rows) -> str:
    digest = hashlib.blake2b(f"{keys.shape} {rows.shape} ".encode(), digest_size=16)
    digest.update(keys.tobytes())
    digest.update(rows.data)
    return digest.hexdigest()
