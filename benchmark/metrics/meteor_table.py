"""METEOR's English paraphrase table, cut down to the entries that given texts can use.

METEOR takes seconds to load the whole table. An entry can only match where the words of its phrases
stand side by side in the texts; without the others every alignment stays what it is.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.meteor_index import Ints, expand, offsets

Flags = NDArray[np.bool_]

_N_PAIR_FLAGS = 1 << 24


@dataclass(frozen=True, slots=True)
class ParaphraseTable:
    """The indexed table; ``index_table`` says what its arrays are."""

    words: tuple[str, ...]
    phrases: Ints
    starts: Ints
    first_lengths: Ints
    positions: Ints
    rarest_starts: Ints

    @classmethod
    def open(cls, folder: Path) -> ParaphraseTable:
        """Open an index. Its arrays stay on disk until they are used."""
        words = (folder / "words.txt").read_text(encoding="utf-8").split("\n")
        names = ("phrases", "starts", "first_lengths", "positions", "rarest_starts")
        return cls(tuple(words), *(np.load(folder / f"{n}.npy", mmap_mode="r") for n in names))

    def cut(self, texts: Iterable[Sequence[str]]) -> list[tuple[str, str]]:
        """Keep the entries whose words and pairs of neighbouring words all occur in the texts.

        Args:
            texts: the words of each text as METEOR compares them: normalised, in lower case.

        Returns:
            Both phrases of each entry, in the table's order, on which METEOR's choice between
            equally good alignments depends. All that can match, and little else.
        """
        numbers = {word: number for number, word in enumerate(self.words)}
        running = np.array([numbers.get(w, -1) for words in texts for w in (*words, "")], np.int64)
        vocabulary = np.unique(running[running >= 0])
        ranks = np.full(len(self.words) + 1, -1, np.int64)  # word number to place in vocabulary
        ranks[vocabulary] = np.arange(len(vocabulary))
        starts = self.rarest_starts[vocabulary]
        entries = expand(starts, self.rarest_starts[vocabulary + 1] - starts)
        kept = entries[self._can_match(entries, ranks, _NeighbourPairs.of(ranks[running]))]
        return [self._phrases_of(entry) for entry in kept[np.argsort(self.positions[kept])]]

    def _can_match(self, entries: Ints, ranks: Ints, neighbours: _NeighbourPairs) -> Flags:
        starts = self.starts[entries]
        lengths = self.starts[entries + 1] - starts
        words = ranks[self.phrases[expand(starts, lengths)]]
        begins = offsets(lengths)[:-1]
        possible = np.ones(len(words), np.bool_)
        possible[:-1] = neighbours.seen(words[:-1], words[1:])
        possible[begins + self.first_lengths[entries] - 1] = True  # the phrases' last words
        possible[begins + lengths - 1] = True
        return np.logical_and.reduceat(possible & (words >= 0), begins)

    def _phrases_of(self, entry: int) -> tuple[str, str]:
        start, end = self.starts[entry], self.starts[entry + 1]
        middle = start + self.first_lengths[entry]
        return self._spell(start, middle), self._spell(middle, end)

    def _spell(self, start: int, end: int) -> str:
        return " ".join(self.words[number] for number in self.phrases[start:end])


@dataclass(frozen=True, slots=True)
class _NeighbourPairs:
    """Which words stand side by side. May say yes too often, never no too often."""

    n_words: int
    flags: Flags

    @classmethod
    def of(cls, running: Ints) -> _NeighbourPairs:
        """Take in running text as word ranks, -1 for everything else."""
        pairs = cls(max(int(running.max(initial=0)) + 1, 1), np.zeros(_N_PAIR_FLAGS, np.bool_))
        left, right = running[:-1], running[1:]
        real = (left >= 0) & (right >= 0)
        pairs.flags[pairs._flag(left[real], right[real])] = True
        return pairs

    def seen(self, left: Ints, right: Ints) -> Flags:
        return self.flags[self._flag(left, right)]

    def _flag(self, left: Ints, right: Ints) -> Ints:
        return (left * self.n_words + right) % _N_PAIR_FLAGS


def write_table(entries: Iterable[tuple[str, str]], path: Path) -> None:
    """Write entries as METEOR's ``-a`` reads them; it needs no more than a line for each number."""
    text = "".join(f"\n{first}\n{second}\n" for first, second in entries)
    path.write_bytes(gzip.compress(text.encode(), compresslevel=1))
