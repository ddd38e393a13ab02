"""Kept pairs on disk, a shard for each group of row blocks, so that a killed run continues.

A shard's note says the sha256 of its pairs, and one of what it says itself; what does not fit is
told and computed again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import RunError
from benchmark.files import (
    CACHE_CURE,
    Hold,
    JsonObject,
    read_json,
    sha256_of,
    spell_json,
    tell,
    write_text,
    writing,
    written_whole,
)

KEPT_PAIR = np.dtype([("row", "<i4"), ("column", "<i4"), ("f1", "<f4")])


@dataclass(frozen=True, slots=True)
class PairBlock:
    """F1 of some sentences with others.

    Attributes:
        rows: ``(n_rows,)``: indices of sentences or of texts.
        columns: ``(n_columns,)``: likewise.
        f1: ``(n_rows, n_columns)``. Over all blocks of a set every pair has one number; the
            other places, a pair's other order and a sentence with itself, are NaN.
        n_pairs: how many numbers there are.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    f1: NDArray[np.float32]
    n_pairs: int


@dataclass(frozen=True, slots=True)
class Shard:
    """What is known of a finished shard.

    Attributes:
        index: counted from 0.
        floor: pairs above it were kept.
        minimum: the lowest F1 of all its pairs, kept or not.
        maximum: the highest.
        n_pairs: all its pairs.
        n_kept: those above the floor.
    """

    index: int
    floor: float
    minimum: float
    maximum: float
    n_pairs: int
    n_kept: int


class ShardFolder:
    """Writes and reads shards; a shard is there when its note is, which is written last."""

    def __init__(self, folder: Path) -> None:
        with writing(folder, CACHE_CURE):
            folder.mkdir(parents=True, exist_ok=True)
            self._hold = Hold(folder)  # from being pruned meanwhile
        self._folder = folder

    def finished(self) -> dict[int, Shard]:
        """Read all notes, and hold pairs against them."""
        shards = {}
        for path in sorted(self._folder.glob("*.json")):
            shard = _read_note(path)
            if shard is None:
                tell(f"{path} or its pairs are damaged; they are computed again.")
                path.unlink(missing_ok=True)
            else:
                shards[shard.index] = shard
        return shards

    def write(self, index: int, floor: float, blocks: Iterable[PairBlock]) -> Shard:
        """Keep the pairs above a floor; an earlier shard of this index is replaced."""
        note = self._folder / f"{index:06d}.json"
        note.unlink(missing_ok=True)
        minimum, maximum, n_pairs, n_kept = np.inf, -np.inf, 0, 0
        digest = hashlib.sha256()
        with written_whole(self._pairs_path(index), CACHE_CURE) as file:
            for block in blocks:
                minimum = min(minimum, float(np.fmin.reduce(block.f1, axis=None)))
                maximum = max(maximum, float(np.fmax.reduce(block.f1, axis=None)))
                kept = _above(block, floor)
                file.write(kept.data)
                digest.update(kept.data)
                n_pairs, n_kept = n_pairs + block.n_pairs, n_kept + len(kept)
        shard = Shard(index, floor, minimum, maximum, n_pairs, n_kept)
        content: JsonObject = {**asdict(shard), "pairs_sha256": digest.hexdigest()}
        write_text(note, spell_json({**content, "sha256": _sum_of(content)}), CACHE_CURE)
        return shard

    def pairs(self, index: int) -> NDArray[np.void]:
        """Map a shard's pairs, of dtype ``KEPT_PAIR``, into memory."""
        path = self._pairs_path(index)
        if path.stat().st_size == 0:
            return np.empty(0, KEPT_PAIR)
        return np.memmap(path, KEPT_PAIR, mode="r")

    def _pairs_path(self, index: int) -> Path:
        return self._folder / f"{index:06d}.pairs"


def damaged_notes(folder: Path) -> list[Path]:
    """List the notes of a folder that are not as they were written, or whose pairs are not."""
    return [path for path in sorted(folder.glob("*.json")) if _read_note(path) is None]


def _read_note(path: Path) -> Shard | None:
    try:
        note = dict(read_json(path))
        is_whole = note.pop("sha256", None) == _sum_of(note)
        pairs_sum = note.pop("pairs_sha256", None)
        if not is_whole or sha256_of(path.with_suffix(".pairs")) != pairs_sum:
            return None
        return Shard(**note)  # type: ignore[arg-type]  # its sum says who wrote it
    except (RunError, OSError, TypeError):
        return None


def _sum_of(content: JsonObject) -> str:
    return hashlib.sha256(spell_json(content, sort_keys=True).encode()).hexdigest()


def _above(block: PairBlock, floor: float) -> NDArray[np.void]:
    at_row, at_column = np.nonzero(block.f1 > floor)
    kept = np.empty(len(at_row), KEPT_PAIR)
    kept["row"], kept["column"] = block.rows[at_row], block.columns[at_column]
    kept["f1"] = block.f1[at_row, at_column]
    return kept
