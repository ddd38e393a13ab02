"""Texts as token ids: the different ones, their token weights, and blocks of like length."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TokenIds = tuple[int, ...]
Index = NDArray[np.int64]

# torch's maximum over a middle axis is several times slower where the last one is no multiple.
_SENTENCES_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Sentences:
    """The different sentences among some texts; texts that are spelled alike are one sentence.

    Attributes:
        token_ids: with the special tokens, in order of first appearance; ``()`` is the sentence
            without words.
        row_of_text: ``(n_texts,)``: each text's row in ``token_ids``.
        first_text: ``(n_sentences,)``: the first text of each sentence.
    """

    token_ids: tuple[TokenIds, ...]
    row_of_text: Index
    first_text: Index


def distinct_sentences(token_ids: Sequence[TokenIds]) -> Sentences:
    """Find the different sentences."""
    rows: dict[TokenIds, int] = {}
    row_of_text = [rows.setdefault(ids, len(rows)) for ids in token_ids]
    first_text = np.unique(row_of_text, return_index=True)[1]
    return Sentences(tuple(rows), np.array(row_of_text, np.int64), first_text.astype(np.int64))


class TextsOfRows:
    """Finds the texts that are a sentence."""

    def __init__(self, row_of_text: Index) -> None:
        """Take each text's row, ``(n_texts,)``; every row occurs."""
        self._texts = np.argsort(row_of_text, kind="stable")
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(row_of_text))])

    def find(self, rows: Index) -> tuple[Index, Index]:
        """Return all texts of some rows, and for each of them which of these rows it is."""
        starts, counts = self._starts[rows], self._starts[rows + 1] - self._starts[rows]
        which = np.repeat(np.arange(len(rows)), counts)
        before = np.cumsum(counts) - counts
        return self._texts[(starts - before)[which] + np.arange(len(which))], which


@dataclass(frozen=True, slots=True)
class TokenWeights:
    """How much each token of a sentence counts in its mean (Zhang et al. 2020, section 3).

    Attributes:
        special: ids that never count, though other tokens may match them.
        idf: id to inverse document frequency; None lets every other token count alike.
        unseen_idf: for ids that no reference holds.
    """

    special: frozenset[int]
    idf: Mapping[int, float] | None = None
    unseen_idf: float = 1.0

    def of(self, token_ids: Iterable[int]) -> NDArray[np.float32]:
        """Weigh one sentence: ``(n_tokens,)``, summing to 1, or to 0 where no token counts."""
        idf = {} if self.idf is None else self.idf
        raw = [0.0 if i in self.special else idf.get(i, self.unseen_idf) for i in token_ids]
        total = sum(raw)
        return np.array([weight / total if total else 0.0 for weight in raw], np.float32)


def idf_weights(special: frozenset[int], references: Sequence[TokenIds]) -> TokenWeights:
    """Weigh tokens by ``log((n + 1) / (n_with_token + 1))`` over n references, as bert-score does.

    Args:
        special: see ``TokenWeights``.
        references: every reference text, repeated ones too.
    """
    n_with = Counter(token for ids in references for token in set(ids))
    idf = {token: math.log((len(references) + 1) / (n + 1)) for token, n in n_with.items()}
    return TokenWeights(special, idf, math.log(len(references) + 1))


@dataclass(frozen=True, slots=True)
class BlockPlan:
    """Sentences in order of length, cut into blocks of about equally many tokens.

    A *position* counts sentences in this order.

    Attributes:
        order: ``(n_sentences,)``: the sentence at each position.
        starts: ``(n_sentences + 1,)``: the first token of each position, counted over all.
        bounds: ``(n_blocks + 1,)``: the first position of each block.
    """

    order: Index
    starts: Index
    bounds: Index

    @property
    def n_blocks(self) -> int:
        return len(self.bounds) - 1

    @property
    def n_tokens(self) -> int:
        return int(self.starts[-1])

    def positions(self, block: int) -> tuple[int, int]:
        """Return a block's first position and the one after its last."""
        return int(self.bounds[block]), int(self.bounds[block + 1])

    def sentences(self, block: int) -> Index:
        first, last = self.positions(block)
        return self.order[first:last]

    def token_grid(self, block: int) -> tuple[Index, NDArray[np.bool_]]:
        """Lay a block's tokens out by place in the sentence, then by sentence.

        Short sentences repeat their last token. A repeated token changes no maximum, and with a
        weight of 0 no mean, so that this padding, unlike one with zeros, is exact.

        Returns:
            Two arrays ``(n_places, n_sentences)``: the token, counted from the block's first,
            and whether it is the sentence's own and no repetition.
        """
        first, last = self.positions(block)
        starts, ends = self.starts[first:last], self.starts[first + 1 : last + 1]
        grid = starts + np.arange((ends - starts).max())[:, None]
        return np.minimum(grid, ends - 1) - starts[0], grid < ends


def plan_blocks(token_ids: Sequence[TokenIds], tokens_per_block: int) -> BlockPlan:
    """Sort sentences by length and cut them into blocks.

    Args:
        token_ids: one tuple per sentence; the empty one takes the room of one token.
        tokens_per_block: a block's most tokens, repetitions included; a longer sentence is a
            block of its own.
    """
    sizes = np.array([len(ids) for ids in token_ids], np.int64)
    order = np.argsort(sizes, kind="stable")
    lengths = np.maximum(sizes[order], 1)
    bounds = [0]
    while bounds[-1] < len(lengths):
        # Lengths rise, so that the last one counts for all.
        ahead = lengths[bounds[-1] :][:tokens_per_block]
        counts = np.arange(1, len(ahead) + 1)
        n_fitting = max(1, int(np.count_nonzero(ahead * counts <= tokens_per_block)))
        n_whole = n_fitting - n_fitting % _SENTENCES_AT_ONCE
        bounds.append(bounds[-1] + (n_whole or n_fitting))
    return BlockPlan(order, np.concatenate([[0], np.cumsum(lengths)]), np.array(bounds, np.int64))
