"""Indexing METEOR's English paraphrase table, once per installation: 5.3 million entries."""

from __future__ import annotations

import gzip
import os
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import repeat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.artifacts import ArtifactKey, Artifacts
from benchmark.errors import MachineError
from benchmark.machine.progress import progress_bar

Ints = NDArray[np.integer]

_FORMAT = 1
_BLOCK_BYTES = 1 << 23


def index_table(table: Path, artifacts: Artifacts) -> Path:
    """Index a table, or find the index that was built before.

    Args:
        table: gzip; three lines an entry: a probability, which METEOR does not use, and two
            phrases, their words parted by one space.
        artifacts: where the index is kept, by the table's content.

    Returns:
        A folder of arrays. Words are numbered by falling frequency; entries are sorted by their
        rarest word, so that those within a vocabulary lie in few places.

        - ``words.txt``: the words, one a line, in the order of their numbers.
        - ``phrases.npy``: ``(n_phrase_words,)`` word numbers, unsigned, both phrases of an entry
          in a row.
        - ``first_lengths.npy``, ``second_lengths.npy``: ``(n_entries,)`` uint8, how many words
          its phrases have.
        - ``positions.npy``: ``(n_entries,)`` int32, its place in the table.
        - ``runs.npy``: ``(2, n_words + 1)`` int32, where the entries begin whose rarest word is
          each word: counted in entries, and in words of ``phrases``.

    Raises:
        MachineError: the table is cut short or not laid out like this, or cannot be kept.
    """
    key: ArtifactKey = {"format": _FORMAT, "content": sum_of_table(table)}
    return artifacts.get_or_build("meteor-table", key, partial(_build, table))


def sum_of_table(table: Path) -> str:
    """Read the checksum and the size of a table's content, which gzip keeps at its end."""
    with table.open("rb") as file:
        file.seek(-8, os.SEEK_END)
        return file.read().hex()


def _build(table: Path, folder: Path) -> None:
    numbers: defaultdict[bytes, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    phrase_blocks, length_blocks = [], []
    for phrases in _read_phrases(table):
        words = b" ".join(phrases).split()
        spaces = map(bytes.count, phrases, repeat(b" "))
        lengths = np.fromiter(spaces, np.uint8, len(phrases)) + np.uint8(1)
        if int(lengths.sum()) != len(words):
            raise MachineError(f"{table} has a phrase whose words are not parted by one space.")
        phrase_blocks.append(np.fromiter(map(numbers.__getitem__, words), np.int32, len(words)))
        length_blocks.append(lengths)
    _save(folder, list(numbers), np.concatenate(phrase_blocks), np.concatenate(length_blocks))


def _read_phrases(table: Path) -> Iterator[list[bytes]]:
    """Yield the phrases of many entries at a time: first, second, first, second, ..."""
    rest, done = b"", 0
    label = "Indexing METEOR's paraphrases (once)"
    with (
        table.open("rb") as file,
        gzip.open(file) as text,
        ThreadPoolExecutor(max_workers=1) as reader,
        progress_bar(label, table.stat().st_size) as bar,
    ):
        ahead = reader.submit(text.read, _BLOCK_BYTES)  # inflates while the last block is parsed
        while block := ahead.result():
            ahead = reader.submit(text.read, _BLOCK_BYTES)
            lines = (rest + block).split(b"\n")
            whole = (len(lines) - 1) // 3 * 3
            rest = b"\n".join(lines[whole:])
            del lines[whole:], lines[::3]
            yield lines
            bar.advance(file.tell() - done)
            done = file.tell()
    if rest:
        raise MachineError(f"{table} ends in the middle of an entry: {rest[:80]!r}.")


def _save(folder: Path, words: list[bytes], phrases: Ints, lengths: Ints) -> None:
    by_frequency = np.argsort(-np.bincount(phrases), kind="stable")
    renumber = np.empty(len(words), np.min_scalar_type(len(words)))
    renumber[by_frequency] = np.arange(len(words))
    phrases = renumber[phrases]
    entry_lengths = lengths[::2].astype(np.int32) + lengths[1::2]
    starts = offsets(entry_lengths)[:-1]
    rarest = np.maximum.reduceat(phrases, starts)
    order = np.argsort(rarest, kind="stable")
    entry_runs = offsets(np.bincount(rarest, minlength=len(words)))
    arrays = {
        "phrases": phrases[expand(starts[order], entry_lengths[order])],
        "first_lengths": lengths[::2][order],
        "second_lengths": lengths[1::2][order],
        "positions": order.astype(np.int32),
        "runs": np.stack([entry_runs, offsets(entry_lengths[order])[entry_runs]]),
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    (folder / "words.txt").write_bytes(b"\n".join(words[number] for number in by_frequency))


def offsets(lengths: Ints) -> Ints:
    """Add lengths up: where each run begins, laid end to end, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)


def expand(starts: Ints, lengths: Ints) -> Ints:
    """List the indices of runs, one run after the other: ``[5, 2], [2, 1]`` to ``[5, 6, 2]``."""
    shift = starts - offsets(lengths)[:-1]
    return np.repeat(shift, lengths) + np.arange(int(lengths.sum()), dtype=np.int32)
