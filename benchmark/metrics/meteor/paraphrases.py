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

from benchmark.metrics.meteor.index import Ints, expand, offsets

Flags = NDArray[np.bool_]
Entry = tuple[str, str]

_N_PAIR_FLAGS = 1 << 24


def cut_table(index: Path, texts: Iterable[Sequence[str]]) -> list[Entry]:
    """Keep the entries whose words and pairs of neighbouring words all occur in the texts.

    Args:
        index: the folder of ``index_table``.
        texts: the words of each text as METEOR compares them: normalised, in lower case.

    Returns:
        Both phrases of each entry, in the table's order, on which METEOR's choice between
        equally good alignments depends. All that can match, and little else.
    """
    words = (index / "words.txt").read_text(encoding="utf-8").split("\n")
    numbers = {word: number for number, word in enumerate(words)}
    running = np.array([numbers.get(w, -1) for text in texts for w in (*text, "")], np.int32)
    vocabulary = np.unique(running[running >= 0])
    ranks = np.full(len(words) + 1, -1, np.int32)  # word number to place in the vocabulary
    ranks[vocabulary] = np.arange(len(vocabulary))
    entries = _Entries.read(index, vocabulary)
    kept = entries.take(entries.can_match(ranks, _NeighbourPairs.of(ranks[running])))
    return kept.spell(words)


def write_table(entries: Iterable[Entry], path: Path) -> None:
    """Write entries as METEOR's ``-a`` reads them. It skips the first line of each, a number."""
    text = "".join(f"\n{first}\n{second}\n" for first, second in entries)
    path.write_bytes(gzip.compress(text.encode(), compresslevel=1))


@dataclass(frozen=True, slots=True)
class _Entries:
    """Some of the table's entries, in the index's order.

    ``phrases`` holds the word numbers of both phrases, entry after entry; the others have one
    value for each entry.
    """

    phrases: Ints
    first_lengths: Ints
    second_lengths: Ints
    positions: Ints

    @classmethod
    def read(cls, index: Path, vocabulary: Ints) -> _Entries:
        """Read the entries whose rarest word is in the vocabulary: whole runs of the index."""

        def read_runs(name: str, run_starts: Ints) -> Ints:
            array = np.asarray(np.load(index / f"{name}.npy", mmap_mode="r"))
            bounds = zip(run_starts[vocabulary], run_starts[vocabulary + 1], strict=True)
            return np.concatenate([array[:0], *(array[start:end] for start, end in bounds)])

        entry_runs, word_runs = np.load(index / "runs.npy")
        return cls(
            read_runs("phrases", word_runs),
            read_runs("first_lengths", entry_runs),
            read_runs("second_lengths", entry_runs),
            read_runs("positions", entry_runs),
        )

    @property
    def starts(self) -> Ints:
        """Where each entry begins in ``phrases``, and where the last one ends."""
        return offsets(self.first_lengths.astype(np.int32) + self.second_lengths)

    def can_match(self, ranks: Ints, neighbours: _NeighbourPairs) -> Ints:
        """List the entries whose every word has a rank and is seen beside the next one."""
        words, starts = ranks[self.phrases], self.starts
        possible = np.ones(len(words), np.bool_)
        possible[:-1] = neighbours.seen(words[:-1], words[1:])
        possible[starts[:-1] + self.first_lengths - 1] = True  # nothing follows in its phrase
        possible[starts[1:] - 1] = True
        return np.flatnonzero(np.logical_and.reduceat(possible & (words >= 0), starts[:-1]))

    def take(self, chosen: Ints) -> _Entries:
        """Pick entries out, in the table's order."""
        chosen = chosen[np.argsort(self.positions[chosen])]
        starts = self.starts
        return _Entries(
            self.phrases[expand(starts[chosen], starts[chosen + 1] - starts[chosen])],
            self.first_lengths[chosen],
            self.second_lengths[chosen],
            self.positions[chosen],
        )

    def spell(self, words: Sequence[str]) -> list[Entry]:
        running = [words[number] for number in self.phrases.tolist()]
        starts = self.starts
        middles = starts[:-1] + self.first_lengths
        return [
            (" ".join(running[start:middle]), " ".join(running[middle:end]))
            for start, middle, end in zip(
                starts[:-1].tolist(), middles.tolist(), starts[1:].tolist(), strict=True
            )
        ]


@dataclass(frozen=True, slots=True)
class _NeighbourPairs:
    """Pairs of words that may stand side by side: no pair is missing, some are too many."""

    n_words: int
    flags: Flags

    @classmethod
    def of(cls, running: Ints) -> _NeighbourPairs:
        """Take in running text as word ranks, -1 for everything else."""
        pairs = cls(int(running.max(initial=0)) + 1, np.zeros(_N_PAIR_FLAGS, np.bool_))
        left, right = running[:-1], running[1:]
        real = (left >= 0) & (right >= 0)
        pairs.flags[pairs._slot(left[real], right[real])] = True
        return pairs

    def seen(self, left: Ints, right: Ints) -> Flags:
        return self.flags[self._slot(left, right)]

    def _slot(self, left: Ints, right: Ints) -> Ints:
        return (left.astype(np.int64) * self.n_words + right) & (_N_PAIR_FLAGS - 1)
