"""The k sentences of a corpus that suit a group of queries best: the references of a clip, say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.bertscore.pace import pair_progress
from benchmark.metrics.bertscore.pairs import Matcher, f1_strips
from benchmark.metrics.bertscore.search import Best
from benchmark.metrics.bertscore.states import TokenStates
from benchmark.metrics.bertscore.tokens import Index, TextsOfRows
from benchmark.metrics.bertscore.workers import Workers

if TYPE_CHECKING:
    from torch import Tensor

Aggregation = Literal["mean", "max"]


def find_top_k_of_groups(
    queries: TokenStates,
    groups: Sequence[Index],
    aggregation: Aggregation,
    corpus: TokenStates,
    texts: TextsOfRows,
    k: int,
    matcher: Matcher,
    workers: Workers,
) -> tuple[Index, NDArray[np.float32]]:
    """Search the whole corpus for every group; all queries stay in memory.

    Args:
        queries: the different queries.
        groups: for each group the rows of its queries, at least one, repeated ones counting.
        aggregation: a sentence's score is the mean or the largest of its F1 with the group.
        corpus: the different sentences of the corpus.
        texts: which texts the corpus's sentences are.
        k: how many texts, at most as many as there are.
        matcher: the way of matching.
        workers: threads.

    Returns:
        Text indices and aggregated F1, both ``(n_groups, k)``.
    """
    import torch

    plan = queries.plan
    position = np.empty(len(plan.order), np.int64)
    position[plan.order] = np.arange(len(plan.order))
    members = torch.from_numpy(np.concatenate([position[rows] for rows in groups]))
    sizes = np.array([len(rows) for rows in groups])
    owner = torch.from_numpy(np.repeat(np.arange(len(groups)), sizes))
    best = None
    blocks = range(corpus.plan.n_blocks)
    with pair_progress("BERTScore: searching", len(plan.order) * len(corpus.plan.order)) as bar:
        for block, f1 in f1_strips(queries, range(plan.n_blocks), corpus, blocks, matcher, workers):
            best = best or Best(len(groups), k, f1)
            scores = _aggregate(f1[members], owner.to(f1.device), len(groups), aggregation)
            indices, which = (
                torch.from_numpy(part).to(f1.device)
                for part in texts.find(corpus.plan.sentences(block))
            )
            best.merge(scores[:, which], indices)
            bar.advance(f1.numel())
    assert best is not None
    return best.indices.cpu().numpy(), best.scores.cpu().numpy()


def _aggregate(f1: Tensor, owner: Tensor, n_groups: int, aggregation: Aggregation) -> Tensor:
    """Reduce ``(n_members, n_sentences)`` to ``(n_groups, n_sentences)``."""
    reduced = f1.new_zeros(n_groups, f1.shape[1])
    index = owner[:, None].expand_as(f1)
    reduce = {"mean": "mean", "max": "amax"}[aggregation]
    return reduced.scatter_reduce_(0, index, f1, reduce, include_self=False)
