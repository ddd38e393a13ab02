"""Vectors on disk by key: whole files only, each checked before it is believed.

A *shard* is two files that no one changes once they are there, named by a hash of their content:
``<hash>.keys.npy`` says which key has how many rows, ``<hash>.rows.npy`` holds the rows and is
read through a memory map. Both are renamed into place, the keys last, and only by who works
``alone`` in the folder, so that several processes may add at once, and one that is killed leaves
nothing that counts. Reading waits for nobody: what another process merged meanwhile is looked for
again.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.files import CACHE_CURE, Hold, alone, save_array, tell, writing

Rows = NDArray[np.float32]
KEY_BYTES = 32
KEYS_PER_SHARD = 1024

_ROW_TYPE = np.dtype("<f4")
_KEY_TYPE = np.dtype([("key", "V32"), ("n_rows", "<i4")])
_DIGITS, _DIGITS_BEFORE = 40, 32
_SMALL = KEYS_PER_SHARD // 2
_MOST_LOOKS = 8
"""For vectors that others merge again and again while they are looked for."""
_MOST_SMALL = 64  # small shards are merged once there are more


class _DamagedError(Exception):
    """What lies under a shard's name is not what was written."""


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
        self._hold: Hold | None = None

    def read(self, keys: Sequence[bytes]) -> dict[bytes, Rows]:
        """Read what is there.

        Returns:
            Key to ``(n_rows, dim)``, read-only, for those keys that are there and whole.
        """
        with self._lock:
            self._hold_folder()
            known = self._read_indexed(keys)
            for _ in range(_MOST_LOOKS):
                missing = [key for key in keys if key not in known]
                if not missing or not self._index_new_shards():
                    break
                known |= self._read_indexed(missing)
            return known

    def add(self, vectors: Mapping[bytes, Rows]) -> None:
        """Write vectors, at most ``KEYS_PER_SHARD`` keys a shard.

        Args:
            vectors: key to ``(n_rows, dim)``, all of one width.

        Raises:
            MachineError: the folder cannot be written.
        """
        items = list(vectors.items())
        with self._lock, self._alone():
            for start in range(0, len(items), KEYS_PER_SHARD):
                self._write(dict(items[start : start + KEYS_PER_SHARD]))
            if sum(n_keys < _SMALL for n_keys in self._n_keys.values()) > _MOST_SMALL:
                self._merge_small()

    def damage(self) -> dict[str, str]:
        """Look through all shards: what is wrong, by the name of a shard. Nothing is removed."""
        found = {}
        for shard in self._shards_there():
            with suppress(FileNotFoundError):  # merged since it was listed, or never whole
                try:
                    self._load(shard)
                except _DamagedError as error:
                    found[shard] = str(error)
        return found

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with writing(self._folder, CACHE_CURE, kind="the embeddings"):
            self._folder.mkdir(parents=True, exist_ok=True)
        with (
            writing(self._folder, CACHE_CURE, kind="the embeddings", within=self._folder.parent),
            alone(self._folder),
        ):
            # It may have been pruned just before the lock was had.
            self._folder.mkdir(parents=True, exist_ok=True)
            self._hold_folder()
            yield

    def _hold_folder(self) -> None:
        """Keep the folder from being pruned as long as this object lives."""
        if self._hold is None or not self._hold.is_current:
            with suppress(OSError):  # nothing is there yet
                self._hold = Hold(self._folder)

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
            rows = self._load(shard)
        except FileNotFoundError:
            del self._n_keys[shard]
            return None
        except _DamagedError as error:
            self._discard(shard, str(error))
            return None
        self._rows[shard] = rows
        return rows

    def _load(self, shard: str) -> Rows:
        """Map a shard's rows, and hold them and the keys against the hash in their name."""
        keys = self._load_keys(shard)
        try:
            rows = np.asarray(np.load(self._path(shard, "rows"), mmap_mode="r", allow_pickle=False))
        except FileNotFoundError:
            raise
        except Exception as error:  # numpy fails in many ways at a damaged header
            raise _DamagedError(str(error)) from error
        # The hash is of the numbers' bytes: one bit of the header makes others of them.
        if rows.dtype != _ROW_TYPE or rows.ndim != 2 or not rows.flags.c_contiguous:
            raise _DamagedError(f"its rows are {rows.dtype.str} of shape {rows.shape}")
        if (content_hash := _hash(keys, rows, shard)) != shard:
            raise _DamagedError(f"its content has the hash {content_hash}")
        return rows

    def _load_keys(self, shard: str) -> NDArray[Any]:
        try:
            keys: NDArray[Any] = np.load(self._path(shard, "keys"), allow_pickle=False)
        except FileNotFoundError:
            raise
        except Exception as error:  # see `_load`
            raise _DamagedError(str(error)) from error
        if keys.dtype != _KEY_TYPE or keys.ndim != 1:
            raise _DamagedError(f"its keys are {keys.dtype} of shape {keys.shape}")
        return keys

    def _discard(self, shard: str, reason: str) -> None:
        tell(
            f"the embeddings {self._path(shard, 'rows')} are damaged ({reason}); they are removed "
            "and computed again. Check the disk if this happens often."
        )
        self._remove(shard)

    def _remove(self, shard: str) -> None:
        self._n_keys.pop(shard, None)
        self._rows.pop(shard, None)
        for part in ("keys", "rows"):  # in this order: without its keys a shard does not count
            self._path(shard, part).unlink(missing_ok=True)

    def _index_new_shards(self) -> bool:
        """Look at what others added or merged; False where that is nothing."""
        n_before = len(self._n_keys)
        for shard in self._shards_there():
            if shard in self._n_keys:
                continue
            try:
                self._index_shard(shard, self._load_keys(shard))
            except FileNotFoundError:  # merged since it was listed
                continue
            except _DamagedError as error:
                self._discard(shard, str(error))
        return len(self._n_keys) > n_before

    def _shards_there(self) -> list[str]:
        paths = sorted(self._folder.glob("*.keys.npy"))
        return [path.name.removesuffix(".keys.npy") for path in paths]

    def _index_shard(self, shard: str, keys: NDArray[Any]) -> None:
        stops = np.cumsum(keys["n_rows"]).tolist()
        self._n_keys[shard] = len(keys)
        for key, start, stop in zip(keys["key"].tolist(), [0, *stops], stops, strict=False):
            self._index[key] = _Span(shard, start, stop)

    def _write(self, vectors: Mapping[bytes, Rows]) -> str:
        keys = np.array([(key, len(rows)) for key, rows in vectors.items()], dtype=_KEY_TYPE)
        rows = np.ascontiguousarray(np.concatenate(list(vectors.values())), dtype=_ROW_TYPE)
        shard = _hash(keys, rows)
        for part, array in (("rows", rows), ("keys", keys)):
            save_array(
                self._path(shard, part),
                array,
                CACHE_CURE,
                kind="the embeddings",
                # Waiting for the disk takes longer than a small shard is worth; what a power cut
                # leaves of one is found out when it is opened.
                is_durable=len(keys) >= _SMALL,
            )
        self._index_shard(shard, keys)
        return shard

    def _merge_small(self) -> None:
        there = set(self._shards_there())
        for gone in self._n_keys.keys() - there:  # merged by another process
            del self._n_keys[gone]
            self._rows.pop(gone, None)
        for path in self._folder.glob("*.rows.npy"):  # of a process killed before it wrote the keys
            if path.name.removesuffix(".rows.npy") not in there:
                path.unlink(missing_ok=True)
        self._index_new_shards()
        small = {shard for shard, n_keys in self._n_keys.items() if n_keys < _SMALL}
        if len(small) <= _MOST_SMALL:
            return
        # Not all need be known here: what cannot be read lies nowhere, and is computed again.
        vectors = self._read_indexed([k for k, span in self._index.items() if span.shard in small])
        items = list(vectors.items())
        parts = range(0, len(items), KEYS_PER_SHARD)
        merged = {self._write(dict(items[start : start + KEYS_PER_SHARD])) for start in parts}
        for shard in small - merged:
            self._remove(shard)

    def _path(self, shard: str, part: str) -> Path:
        return self._folder / f"{shard}.{part}.npy"


def _hash(keys: NDArray[Any], rows: Rows, like: str = "") -> str:
    """Hash a shard, as an earlier version did where the name it is to be like is of that one."""
    # Most processors have instructions for sha256: three times as fast as blake2b where they do.
    is_old = len(like) == _DIGITS_BEFORE
    digest = hashlib.blake2b(digest_size=16) if is_old else hashlib.sha256()
    digest.update(f"{keys.shape} {rows.shape} ".encode())
    digest.update(keys.tobytes())
    digest.update(rows.data)
    return digest.hexdigest()[:_DIGITS]
