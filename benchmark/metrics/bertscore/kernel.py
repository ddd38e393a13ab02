"""Greedy matching on a GPU in one kernel, without token similarities in its memory.

Imported only where a GPU is used: Triton comes with torch's builds for GPUs alone. The float32
path of ``pairs`` is its reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import triton
import triton.language as tl

from benchmark.metrics.bertscore.states import Block

if TYPE_CHECKING:
    from torch import Tensor

_TILE = 64
_TILE_WIDTH = 64


def mean_best_match(ours: Block, theirs: Tensor) -> Tensor:
    """For each pair of sentences, average the best matches of our tokens among theirs.

    That is precision where ours are the candidates, and recall, transposed, where they are the
    references.

    Args:
        ours: states of 16 or 32 bits on a GPU, and weights.
        theirs: ``(n_places, n_sentences, width)``, of the same type.

    Returns:
        ``(n_ours, n_theirs)``, float32; products are summed in float32.
    """
    n_places, n_ours, width = ours.states.shape
    n_their_places, n_theirs, _ = theirs.shape
    means = ours.weights.new_empty(n_ours, n_theirs)
    grid = (triton.cdiv(n_ours, _TILE), triton.cdiv(n_theirs, _TILE))
    _kernel[grid](
        ours.states.contiguous(),
        ours.weights.contiguous(),
        theirs.contiguous(),
        means,
        n_places,
        n_ours,
        n_their_places,
        n_theirs,
        width,
        TILE=_TILE,
        TILE_WIDTH=_TILE_WIDTH,
    )
    return means


def _match_tile(
    ours: tl.tensor,
    weights: tl.tensor,
    theirs: tl.tensor,
    means: tl.tensor,
    n_places: tl.tensor,
    n_ours: tl.tensor,
    n_their_places: tl.tensor,
    n_theirs: tl.tensor,
    width: tl.tensor,
    TILE: tl.constexpr,
    TILE_WIDTH: tl.constexpr,
) -> None:
    """Serve one tile of pairs.

    States lie by place, so that a product of two places compares one token of every sentence of
    the tile's rows with one of every sentence of its columns: no length needs padding.
    """
    rows = tl.program_id(0) * TILE + tl.arange(0, TILE)
    columns = tl.program_id(1) * TILE + tl.arange(0, TILE)
    is_row, is_column = rows < n_ours, columns < n_theirs
    mean = tl.zeros((TILE, TILE), tl.float32)
    for place in range(n_places):
        best = tl.full((TILE, TILE), float("-inf"), tl.float32)
        for their_place in range(n_their_places):
            similarity = tl.zeros((TILE, TILE), tl.float32)
            for start in range(0, width, TILE_WIDTH):
                along = start + tl.arange(0, TILE_WIDTH)
                is_along = along < width
                left = tl.load(
                    ours + (place * n_ours + rows[:, None]) * width + along[None, :],
                    mask=is_row[:, None] & is_along[None, :],
                    other=0.0,
                )
                right = tl.load(
                    theirs + (their_place * n_theirs + columns[None, :]) * width + along[:, None],
                    mask=is_along[:, None] & is_column[None, :],
                    other=0.0,
                )
                similarity = tl.dot(left, right, similarity, input_precision="ieee")
            best = tl.maximum(best, similarity)
        weight = tl.load(weights + place * n_ours + rows, mask=is_row, other=0.0)
        mean += weight[:, None] * best
    tl.store(
        means + rows[:, None] * n_theirs + columns[None, :],
        mean,
        mask=is_row[:, None] & is_column[None, :],
    )


_kernel = triton.jit(_match_tile)
