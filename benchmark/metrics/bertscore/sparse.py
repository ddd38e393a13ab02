"""Similar pairs as sparse rows (CSR) on disk, in plain numpy files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.files import spell_json
from benchmark.metrics.bertscore.shards import KEPT_PAIR, Shard, ShardFolder
from benchmark.metrics.bertscore.tokens import Index, TextsOfRows

_PAIRS_AT_ONCE = 1 << 20


class SimilarPairs:
    """Which sentences are similar, and how much; both orders of a pair are there.

    Attributes:
        row_of_text: ``(n_texts,)``: the row of each text; texts that are spelled alike share one.
        indptr: ``(n_rows + 1,)`` int64: where each row's entries begin.
        indices: ``(n_entries,)`` int32: columns, ascending within a row, never the row itself.
        values: ``(n_entries,)`` float32: F1.
        minimum: the lowest F1 of any two different sentences, similar or not.
        maximum: the highest.
        threshold: the F1 above which pairs are similar.
        n_pairs: all pairs of different sentences, similar or not.
    """

    def __init__(self, folder: Path) -> None:
        """Map the arrays of a finished folder into memory."""
        self.folder = folder
        self.row_of_text: Index = _load(folder, "row_of_text")
        self.indptr: Index = _load(folder, "indptr")
        self.indices: NDArray[np.int32] = _load(folder, "indices")
        self.values: NDArray[np.float32] = _load(folder, "values")
        summary = json.loads((folder / "summary.json").read_text())
        self.minimum: float = summary["minimum"]
        self.maximum: float = summary["maximum"]
        self.threshold: float = summary["threshold"]
        self.n_pairs: int = summary["n_pairs"]
        self._texts = TextsOfRows(self.row_of_text)

    @property
    def n_similar(self) -> int:
        """Unordered pairs of different sentences above the threshold."""
        return len(self.indices) // 2

    def similar_to(self, text: int) -> tuple[Index, NDArray[np.float32]]:
        """Find all other texts that are similar to one, by their index in the given texts.

        Returns:
            Indices, ascending, and F1; 1 for a text that is spelled alike.
        """
        row = int(self.row_of_text[text])
        entries = slice(int(self.indptr[row]), int(self.indptr[row + 1]))
        rows = np.append(self.indices[entries], row).astype(np.int64)
        f1 = np.append(self.values[entries], np.float32(1))
        texts, which = self._texts.find(rows)
        order = np.argsort(texts)
        order = order[texts[order] != text]
        return texts[order], f1[which[order]]


@dataclass(frozen=True, slots=True)
class _Kept:
    """The pairs above the exact threshold, chunk by chunk, in both orders."""

    folder: ShardFolder
    shards: Sequence[Shard]
    threshold: float

    def chunks(self) -> Iterator[NDArray[np.void]]:
        for shard in self.shards:
            pairs = self.folder.pairs(shard.index)
            for start in range(0, len(pairs), _PAIRS_AT_ONCE):
                chunk = pairs[start : start + _PAIRS_AT_ONCE]
                chunk = chunk[chunk["f1"] > self.threshold]
                mirrored = chunk.copy()
                mirrored["row"], mirrored["column"] = chunk["column"], chunk["row"]
                yield np.concatenate([chunk, mirrored])


def write_sparse_rows(
    target: Path, row_of_text: Index, folder: ShardFolder, shards: Sequence[Shard], threshold: float
) -> None:
    """Sort the kept pairs into rows; memory does not grow with their number.

    Args:
        target: an empty folder.
        row_of_text: see ``SimilarPairs``.
        folder: holds the shards.
        shards: all of them, each with a floor that is not above the threshold.
        threshold: the exact one.
    """
    kept = _Kept(folder, shards, threshold)
    n_rows = int(row_of_text.max()) + 1
    counts = np.zeros(n_rows, np.int64)
    for chunk in kept.chunks():
        counts += np.bincount(chunk["row"], minlength=n_rows)
    indptr = np.concatenate([[0], np.cumsum(counts)])
    entries = _group_by_row(kept, indptr, target / "entries")
    indices = np.lib.format.open_memmap(target / "indices.npy", "w+", np.int32, entries.shape)
    values = np.lib.format.open_memmap(target / "values.npy", "w+", np.float32, entries.shape)
    for rows in _row_ranges(indptr):
        part = slice(int(indptr[rows.start]), int(indptr[rows.stop]))
        chunk = entries[part]
        order = np.lexsort((chunk["column"], chunk["row"]))
        indices[part], values[part] = chunk["column"][order], chunk["f1"][order]
    indices.flush()
    values.flush()
    (target / "entries").unlink(missing_ok=True)
    np.save(target / "indptr.npy", indptr, allow_pickle=False)
    np.save(target / "row_of_text.npy", row_of_text, allow_pickle=False)
    summary = {
        "minimum": min(shard.minimum for shard in shards),
        "maximum": max(shard.maximum for shard in shards),
        "threshold": threshold,
        "n_pairs": sum(shard.n_pairs for shard in shards),
    }
    (target / "summary.json").write_text(spell_json(summary, indent=1))


def _group_by_row(kept: _Kept, indptr: Index, path: Path) -> NDArray[np.void]:
    """Write all entries into their rows, in any order within a row."""
    if indptr[-1] == 0:
        return np.empty(0, KEPT_PAIR)
    entries = np.memmap(path, KEPT_PAIR, mode="w+", shape=(int(indptr[-1]),))
    free = indptr[:-1].copy()
    for chunk in kept.chunks():
        chunk = chunk[np.argsort(chunk["row"], kind="stable")]
        rows, first, counts = np.unique(chunk["row"], return_index=True, return_counts=True)
        within = np.arange(len(chunk)) - np.repeat(first, counts)
        entries[free[chunk["row"]] + within] = chunk
        free[rows] += counts
    return entries


def _row_ranges(indptr: Index) -> Iterator[range]:
    """Cut the rows into ranges of a bounded number of entries; a longer row stands alone."""
    start, n_rows = 0, len(indptr) - 1
    while start < n_rows:
        end = int(np.searchsorted(indptr, indptr[start] + _PAIRS_AT_ONCE, side="right")) - 1
        end = min(max(end, start + 1), n_rows)
        yield range(start, end)
        start = end


def _load(folder: Path, name: str) -> NDArray[Any]:
    path = folder / f"{name}.npy"
    array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return array
