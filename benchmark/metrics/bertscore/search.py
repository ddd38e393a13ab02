"""The k best sentences of a corpus for each query, or all above a threshold, exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.bertscore.pace import pair_progress
from benchmark.metrics.bertscore.pairs import Matcher, f1_strips
from benchmark.metrics.bertscore.states import TokenStates
from benchmark.metrics.bertscore.tokens import Index, TextsOfRows
from benchmark.metrics.bertscore.workers import Workers

if TYPE_CHECKING:
    from torch import Tensor

_BLOCKS_PER_GROUP = 8
_NO_INDEX = np.iinfo(np.int64).max


class Best:
    """The best texts so far for each of some queries, best first; ties by the lowest index."""

    def __init__(self, n_queries: int, k: int, like: Tensor) -> None:
        self.scores = like.new_full((n_queries, k), -np.inf)
        self.indices = self.scores.long().fill_(_NO_INDEX)

    def merge(self, scores: Tensor, indices: Tensor) -> None:
        """Take in ``scores (n_queries, n_texts)`` of the texts ``indices (n_texts,)``."""
        import torch

        rows = (scores >= self.scores[:, -1:]).any(1).nonzero()[:, 0]
        if len(rows) == 0:  # most blocks, once the best are good
            return
        all_indices = torch.cat([self.indices[rows], indices.expand(len(rows), -1)], 1)
        all_scores = torch.cat([self.scores[rows], scores[rows]], 1)
        by_index = all_indices.argsort(1)
        all_indices, all_scores = all_indices.gather(1, by_index), all_scores.gather(1, by_index)
        best, places = all_scores.sort(dim=1, descending=True, stable=True)
        n_kept = self.scores.shape[1]
        self.scores[rows] = best[:, :n_kept]
        self.indices[rows] = all_indices.gather(1, places[:, :n_kept])


def find_top_k(
    queries: TokenStates,
    corpus: TokenStates,
    texts: TextsOfRows,
    k: int,
    matcher: Matcher,
    workers: Workers,
) -> tuple[Index, NDArray[np.float32]]:
    """Search the whole corpus for every query; memory does not grow with the corpus.

    Args:
        queries: the different queries.
        corpus: the different sentences of the corpus.
        texts: which texts the corpus's sentences are.
        k: how many texts, at most as many as there are.
        matcher: the way of matching.
        workers: threads.

    Returns:
        Text indices and F1, both ``(n_different_queries, k)`` in the queries' own order.
    """
    import torch

    plan = queries.plan
    indices = np.empty((len(plan.order), k), np.int64)
    scores = np.empty((len(plan.order), k), np.float32)
    with pair_progress("BERTScore: searching", len(plan.order) * len(corpus.plan.order)) as bar:
        for start in range(0, plan.n_blocks, _BLOCKS_PER_GROUP):
            group = range(start, min(start + _BLOCKS_PER_GROUP, plan.n_blocks))
            rows = plan.order[plan.bounds[group[0]] : plan.bounds[group[-1] + 1]]
            best = None
            blocks = range(corpus.plan.n_blocks)
            for block, f1 in f1_strips(queries, group, corpus, blocks, matcher, workers):
                best = best or Best(len(rows), k, f1)
                new_indices, which = (
                    torch.from_numpy(part).to(f1.device)
                    for part in texts.find(corpus.plan.sentences(block))
                )
                best.merge(f1[:, which], new_indices)
                bar.advance(f1.numel())
            assert best is not None
            indices[rows], scores[rows] = best.indices.cpu(), best.scores.cpu()
    return indices, scores


def find_above(
    queries: TokenStates,
    corpus: TokenStates,
    threshold: float,
    matcher: Matcher,
    workers: Workers,
) -> tuple[Index, Index]:
    """Find all pairs of a query and a sentence whose F1 is above a threshold.

    Memory grows with the pairs that are found, not with those that are compared.

    Returns:
        The query and the sentence of each pair, both ``(n_found,)``, in no order.
    """
    plan, known = queries.plan, corpus.plan
    found: list[tuple[Index, Index]] = []
    with pair_progress("BERTScore: searching", len(plan.order) * len(known.order)) as bar:
        for start in range(0, plan.n_blocks, _BLOCKS_PER_GROUP):
            group = range(start, min(start + _BLOCKS_PER_GROUP, plan.n_blocks))
            rows = plan.order[plan.bounds[group[0]] : plan.bounds[group[-1] + 1]]
            blocks = range(known.n_blocks)
            for block, f1 in f1_strips(queries, group, corpus, blocks, matcher, workers):
                at = (f1 > threshold).nonzero().cpu().numpy()
                found.append((rows[at[:, 0]], known.sentences(block)[at[:, 1]]))
                bar.advance(f1.numel())
    ours, theirs = zip(*found, strict=True)
    return np.concatenate(ours), np.concatenate(theirs)
