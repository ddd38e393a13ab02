"""Similar pairs of texts of two corpora: captions of a validation split, say, and of another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.bertscore.tokens import Index, Sentences, TextsOfRows


class SimilarAcross(NamedTuple):
    """The similar pairs of a text of one corpus and one of another.

    Attributes:
        references: ``(n_pairs,)``: texts of the first corpus, ascending.
        candidates: ``(n_pairs,)``: texts of the second, ascending for each of the first.
        are_alike: ``(n_pairs,)`` bool: whether the two are spelled alike, save for what the
            tokenizer drops.
    """

    references: Index
    candidates: Index
    are_alike: NDArray[np.bool_]


def spread_to_texts(
    asked: Sentences, known: Sentences, above: tuple[Index, Index]
) -> SimilarAcross:
    """Turn pairs of sentences into pairs of texts, and add those that are spelled alike.

    Args:
        asked: of the first corpus.
        known: of the second.
        above: pairs of their sentences that are similar.
    """
    n_known = len(known.token_ids)
    row_of = {ids: row for row, ids in enumerate(known.token_ids)}
    alike = [
        row * n_known + row_of[ids] for row, ids in enumerate(asked.token_ids) if ids in row_of
    ]
    pairs = np.union1d(above[0] * n_known + above[1], np.array(alike, np.int64))
    ours, theirs = np.divmod(pairs, n_known)
    references, which = TextsOfRows(asked.row_of_text).find(ours)
    candidates, which_again = TextsOfRows(known.row_of_text).find(theirs[which])
    references, are_alike = references[which_again], np.isin(pairs, alike)[which][which_again]
    order = np.lexsort((candidates, references))
    return SimilarAcross(references[order], candidates[order], are_alike[order])
