"""Greedy matching of every sentence of some blocks with every sentence of others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from benchmark.metrics.bertscore.states import Block, TokenStates
from benchmark.metrics.bertscore.workers import Workers
from benchmark.models.products import multiply_rows

if TYPE_CHECKING:
    from torch import Tensor

_SMALLEST = 1e-30  # divides a product of 0


class Matcher:
    """Matches blocks."""

    def __init__(self, *, fused: bool = False) -> None:
        """Choose the way.

        Args:
            fused: use the kernel for GPUs, which keeps similarities on the chip.
        """
        self._fused = fused

    def match(self, candidates: Block, references: Block) -> tuple[Tensor, Tensor]:
        """Compute precision and recall of all pairs of two blocks.

        Returns:
            Two tensors ``(n_candidates, n_references)``, float32, on the blocks' device.
        """
        if self._fused:
            from benchmark.metrics.bertscore.kernel import mean_best_match

            return (
                mean_best_match(candidates, references.states),
                mean_best_match(references, candidates.states).T,
            )
        return self._match(candidates, references)

    def _match(self, candidates: Block, references: Block) -> tuple[Tensor, Tensor]:

        n_ours, ours, width = candidates.states.shape
        n_theirs, theirs, _ = references.states.shape
        rows, columns = n_ours * ours, n_theirs * theirs
        similarities = multiply_rows(
            candidates.states.view(rows, width), references.states.view(columns, width)
        )
        # One product serves both: the maximum over their tokens, and the one over ours.
        best_of_ours = similarities.view(rows, n_theirs, theirs).amax(1)
        best_of_theirs = similarities.view(n_ours, ours * columns).amax(0)
        precision = best_of_ours.view(n_ours, ours, theirs).mul_(candidates.weights[:, :, None])
        recall = best_of_theirs.view(ours, n_theirs, theirs).mul_(references.weights)
        return precision.sum(0), recall.sum(1)


def harmonic_mean(precision: Tensor, recall: Tensor) -> Tensor:
    """Return F1 in [0, 1]: 0 where precision or recall is not positive.

    There the harmonic mean is 0 or undefined, and its formula runs to both infinities where the
    two are of opposite signs: one such pair would spoil a minimum over all pairs, or win a search.
    """
    precision, recall = precision.clamp_min(0), recall.clamp_min(0)
    return 2 * precision * recall / (precision + recall).clamp_min_(_SMALLEST)


def f1_strips(
    rows: TokenStates,
    group: Sequence[int],
    columns: TokenStates,
    blocks: Iterable[int],
    matcher: Matcher,
    workers: Workers,
    *,
    upper: bool = False,
) -> Iterator[tuple[int, Tensor]]:
    """Compare a group of row blocks with column blocks, one after the other.

    Args:
        rows: where the row blocks come from.
        group: the row blocks, ascending; they stay in memory.
        columns: where the column blocks come from.
        blocks: the column blocks, each read once.
        matcher: the way of matching.
        workers: threads; each takes a column block.
        upper: leave row blocks behind the column block out; both come from one set.

    Yields:
        The column block and F1 ``(n_rows, n_columns)`` on the device.
    """
    import torch

    row_blocks = [(index, rows.block(index)) for index in group]

    def strip(block: int) -> tuple[int, Tensor]:
        column = columns.block(block)
        with torch.inference_mode():
            parts = [
                harmonic_mean(*matcher.match(row, column))
                for index, row in row_blocks
                if not upper or index <= block
            ]
            return block, torch.cat(parts)

    yield from workers.map_in_order(strip, blocks)
