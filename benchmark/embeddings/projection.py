"""Projection onto a memory: softmax-weighted means of memories larger than RAM, chunk by chunk.

Chunks are weighted relative to their own highest cosine and joined (the running softmax of
FlashAttention, Dao et al. 2022), so that no array holds all queries against all rows. Each thread
adds up chunks of its own on one core: two that share a product wait for one another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import DataError

if TYPE_CHECKING:
    from torch import Tensor

_Floats = NDArray[np.floating]
_DEFAULT_CHUNK_ROWS = 1024
_QUERIES_AT_ONCE = 256
# Small products take other paths through BLAS and round otherwise: filled up to a multiple of
# these, what a query gets depends on no other query and not on the chunks.
_QUERIES_STEP = 16
_ROWS_STEP = 128


class _Part(NamedTuple):
    """The weighted sums over some rows of the memory, one row a query.

    Attributes:
        exponent: ``(n, 1)``, the highest cosine over the temperature.
        weight: ``(n, 1)``, sum of the weights, each relative to the highest.
        rows: ``(n, dim)``, sum of the rows, so weighted.
    """

    exponent: NDArray[np.float64]
    weight: NDArray[np.float64]
    rows: NDArray[np.float64]


def project(
    queries: _Floats,
    memory: _Floats,
    temperature: float = 0.01,
    *,
    chunk_rows: int = _DEFAULT_CHUNK_ROWS,
    device: str = "cpu",
) -> NDArray[np.float32]:
    """Project audio embeddings onto a memory (projection-based decoding, Li et al. 2023, eq. 4).

    With weights ``softmax(cos(query, memory) / temperature)`` a query becomes the weighted sum
    of the memory. Cosines are single precision, off by some 1e-7, so that weights are off by
    that over the temperature.

    Args:
        queries: ``(n, dim)``, unit rows.
        memory: ``(n_captions, dim)``, unit rows: an array or a memory map, which is read once
            for every 256 queries.
        temperature: of the softmax, above 0, no unit; cosines are divided by it.
        chunk_rows: rows that a thread holds at a time; it changes the speed only.
        device: torch's spelling; chunks are copied there.

    Returns:
        ``(n, dim)``: for each query a mean of the memory, not scaled back to unit length.

    Raises:
        ValueError: shapes do not fit, the memory is empty, or temperature or chunk_rows is not
            positive.
        DataError: queries or memory hold nan or infinity; the message names the row.
    """
    _require_shapes(queries, memory)
    if not temperature >= np.finfo(np.float32).tiny:  # nor nan
        raise ValueError(
            f"temperature is {temperature}; expected a number above 0 that single precision holds."
        )
    if chunk_rows < 1:
        raise ValueError(f"chunk_rows is {chunk_rows}; expected at least 1.")
    _require_finite(queries, "query", 0)
    projected = np.empty(queries.shape, np.float32)
    for start in range(0, len(queries), _QUERIES_AT_ONCE):
        block = slice(start, start + _QUERIES_AT_ONCE)
        projected[block] = _project_block(queries[block], memory, temperature, chunk_rows, device)
    return projected


def _project_block(
    queries: _Floats, memory: _Floats, temperature: float, chunk_rows: int, device: str
) -> NDArray[np.float64]:
    import torch

    filled = np.zeros((_fill_up(len(queries), _QUERIES_STEP), queries.shape[1]), np.float32)
    filled[: len(queries)] = queries
    on_device = torch.from_numpy(filled).to(device)
    n_chunks = -(-len(memory) // chunk_rows)
    n_threads = torch.get_num_threads() if on_device.device.type == "cpu" else 1
    n_strands = min(n_threads, n_chunks)

    def add_up(strand: int) -> _Part:
        starts = range(strand * chunk_rows, len(memory), n_strands * chunk_rows)
        chunks = _copy_chunks(memory, starts, chunk_rows)
        return reduce(_join, (_weigh(on_device, *chunk, temperature) for chunk in chunks))

    whole = reduce(_join, _run_strands(add_up, n_strands))
    return (whole.rows / whole.weight)[: len(queries)]


def _run_strands(add_up: Callable[[int], _Part], n_strands: int) -> list[_Part]:
    """Add up each strand of chunks in a thread that keeps to one core."""
    import torch

    if n_strands == 1:
        return [add_up(0)]
    n_threads = torch.get_num_threads()
    with ThreadPoolExecutor(
        n_strands, "projection", initializer=torch.set_num_threads, initargs=(1,)
    ) as pool:
        try:
            return list(pool.map(add_up, range(n_strands)))
        finally:
            # A thread's own setting is torch's default for threads to come, too.
            torch.set_num_threads(n_threads)


def _copy_chunks(
    memory: _Floats, starts: range, chunk_rows: int
) -> Iterator[tuple[NDArray[np.float32], int, int]]:
    """Copy chunks into one array, one after the other, filled up with rows of zeros.

    Yields:
        The filled chunk, the memory's row it begins with, and its number of true rows.
    """
    n_most = min(chunk_rows, len(memory))
    space = np.zeros((_fill_up(n_most, _ROWS_STEP), memory.shape[1]), np.float32)
    for start in starts:
        rows = memory[start : start + chunk_rows]
        chunk = space[: _fill_up(len(rows), _ROWS_STEP)]
        chunk[: len(rows)] = rows
        chunk[len(rows) :] = 0
        yield chunk, start, len(rows)


def _weigh(
    queries: Tensor, chunk: NDArray[np.float32], start: int, n_rows: int, temperature: float
) -> _Part:
    """Weigh the rows of one chunk by their cosines, and add them up."""
    import torch

    rows = torch.from_numpy(chunk).to(queries.device)
    cosines = queries @ rows.T
    highest = cosines[:, :n_rows].amax(dim=1, keepdim=True)
    weights = cosines.sub_(highest).div_(temperature).exp_()
    weights[:, n_rows:] = 0
    # Single precision adds up a step's rows, double precision the steps.
    steps = weights.view(len(queries), -1, _ROWS_STEP).transpose(0, 1)
    sums = (steps @ rows.view(-1, _ROWS_STEP, rows.shape[1])).sum(dim=0, dtype=torch.float64)
    cosine, weight, weighted = (
        part.cpu().numpy().astype(np.float64)
        for part in (highest, weights.sum(1, keepdim=True), sums)
    )
    if not np.isfinite(weighted).all():
        _require_finite(chunk[:n_rows], "memory row", start)
        raise DataError(
            f"memory rows {start} to {start + n_rows - 1}: their products with the queries are "
            "beyond single precision; expected unit rows."
        )
    return _Part(cosine / temperature, weight, weighted)


def _join(one: _Part, other: _Part) -> _Part:
    exponent = np.maximum(one.exponent, other.exponent)
    shrunk, other_shrunk = np.exp(one.exponent - exponent), np.exp(other.exponent - exponent)
    return _Part(
        exponent,
        one.weight * shrunk + other.weight * other_shrunk,
        one.rows * shrunk + other.rows * other_shrunk,
    )


def _fill_up(n_rows: int, step: int) -> int:
    return -(-n_rows // step) * step


def _require_shapes(queries: _Floats, memory: _Floats) -> None:
    if queries.ndim != 2 or memory.ndim != 2 or queries.shape[1] != memory.shape[1]:
        raise ValueError(
            f"queries have shape {queries.shape}, the memory {memory.shape}; expected (n, dim) "
            "and (n_captions, dim)."
        )
    if len(memory) == 0:
        raise ValueError("the memory is empty; expected at least one caption.")


def _require_finite(vectors: _Floats, what: str, start: int) -> None:
    is_finite = np.isfinite(vectors).all(axis=1)
    if not is_finite.all():
        raise DataError(
            f"{what} {start + int(np.argmin(is_finite))} holds nan or infinity; expected finite "
            "values. Embed it again."
        )
