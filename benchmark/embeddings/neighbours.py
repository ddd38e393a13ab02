"""Exact nearest neighbours in memories larger than RAM: chunk by chunk, ties to the first row.

Chunks are screened by a matrix product in single precision. Whatever that cannot tell from the
best rows is compared again in double precision, pair by pair, so that the answer depends neither
on the chunks nor on the other queries, and rows that are equal tie.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import DataError

Metric = Literal["cosine", "l2"]
_Floats = NDArray[np.floating]
_DEFAULT_CHUNK_ROWS = 16_384
_QUERIES_AT_ONCE = 256


class Neighbours(NamedTuple):
    """The nearest rows of a memory.

    Attributes:
        indices: ``(n_queries, k)`` int64, nearest first; of equally near rows the first ones.
        scores: ``(n_queries, k)`` float64: cosines, the highest first, or Euclidean distances,
            the lowest first.
    """

    indices: NDArray[np.int64]
    scores: NDArray[np.float64]


def search(
    queries: _Floats,
    memory: _Floats,
    k: int,
    metric: Metric = "cosine",
    chunk_rows: int = _DEFAULT_CHUNK_ROWS,
) -> Neighbours:
    """Find the k nearest rows of a memory for each query, exactly.

    Args:
        queries: ``(n_queries, dim)``; they need not have unit length.
        memory: ``(n_rows, dim)``, an array or a memory map, which is read once, in order, for
            every 256 queries.
        k: 1 to n_rows.
        metric: ``cosine`` (a row of zeros has cosine 0 with everything) or ``l2``.
        chunk_rows: rows in RAM at a time; it changes the speed only.

    Raises:
        ValueError: shapes do not fit, or k or chunk_rows is out of range.
        DataError: queries or memory hold nan or infinity; the message names the row.
    """
    _require_shapes(queries, memory, k, chunk_rows)
    blocks = [
        _search_block(queries[start : start + _QUERIES_AT_ONCE], memory, k, metric, chunk_rows)
        for start in range(0, len(queries), _QUERIES_AT_ONCE)
    ]
    empty = Neighbours(np.empty((0, k), np.int64), np.empty((0, k)))
    indices, scores = zip(empty, *blocks, strict=True)
    return Neighbours(np.concatenate(indices), np.concatenate(scores))


def _search_block(
    queries: _Floats, memory: _Floats, k: int, metric: Metric, chunk_rows: int
) -> Neighbours:
    exact_queries = _require_finite(np.asarray(queries), "query", 0).astype(np.float64)
    n_queries = len(queries)
    indices = np.empty((n_queries, 0), dtype=np.int64)
    # Nearness: cosine, or the squared distance with its sign turned.
    nearness = np.empty((n_queries, 0))
    for start in range(0, len(memory), chunk_rows):
        rows = _require_finite(np.asarray(memory[start : start + chunk_rows]), "memory row", start)
        screened, slack = _screen(exact_queries, rows, metric)
        kept = _may_be_near(screened, slack, k, nearness)
        merged = [
            _merge(indices[n], nearness[n], *_compare(query, rows, kept[n], start, metric), k)
            for n, query in enumerate(exact_queries)
        ]
        indices = np.stack([best for best, _ in merged])
        nearness = np.stack([near for _, near in merged])
    scores = nearness if metric == "cosine" else np.sqrt(-nearness)
    return Neighbours(indices, scores)


def _screen(
    queries: NDArray[np.float64], rows: _Floats, metric: Metric
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Estimate nearness in single precision.

    Returns:
        Nearness ``(n_queries, n_rows)``, nan where single precision does not reach, and a bound
        on its error, ``(n_queries, 1)``.
    """
    rounding = (queries.shape[1] + 16) * 2.0**-23
    with np.errstate(all="ignore"):
        single = rows.astype(np.float32, copy=False)
        squares = np.einsum("ij,ij->i", single, single)
        if metric == "cosine":
            units = _unit(queries).astype(np.float32)
            squares[(squares < 1e-30) | (squares > 1e30)] = np.nan
            return units @ single.T / np.sqrt(squares), np.full((len(queries), 1), rounding)
        squares[squares > 1e30] = np.nan
        lengths = np.square(queries).sum(axis=1, keepdims=True)
        products = queries.astype(np.float32) @ single.T
        screened = 2 * products - squares - lengths.astype(np.float32)
        screened[np.isinf(screened)] = np.nan
        largest = np.nanmax(squares) if not np.isnan(squares).all() else 0.0
        return screened, rounding * (np.sqrt(lengths) + np.sqrt(np.float64(largest))) ** 2 + 1e-37


def _may_be_near(
    screened: NDArray[np.float32],
    slack: NDArray[np.float64],
    k: int,
    nearest: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Mark the rows that may be among the k nearest; only what is surely further is left out."""
    is_unknown = np.isnan(screened)
    floor = np.full((len(screened), 1), -np.inf)
    if screened.shape[1] > k:
        known = np.where(is_unknown, -np.inf, screened) if is_unknown.any() else screened
        kth = np.partition(known, -k, axis=1)[:, [-k]].astype(np.float64)
        floor = np.maximum(floor, kth - 2 * slack)
    if nearest.shape[1] == k:
        floor = np.maximum(floor, nearest[:, [-1]] - slack)
    is_far: NDArray[np.bool_] = screened < floor
    return ~is_far


def _compare(
    query: NDArray[np.float64], rows: _Floats, kept: NDArray[np.bool_], start: int, metric: Metric
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Compute the nearness of the rows that were kept, in double precision, and their indices."""
    chosen = np.flatnonzero(kept)
    candidates = rows[chosen].astype(np.float64)
    if metric == "cosine":
        nearness = (_unit(candidates) * _unit(query[None])).sum(axis=1)
    else:
        nearness = -np.square(candidates - query).sum(axis=1)
    return chosen + start, nearness


def _merge(
    indices: NDArray[np.int64],
    nearness: NDArray[np.float64],
    new_indices: NDArray[np.int64],
    new_nearness: NDArray[np.float64],
    k: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    every_index = np.concatenate([indices, new_indices])
    every_nearness = np.concatenate([nearness, new_nearness])
    order = np.lexsort((every_index, -every_nearness))[:k]
    return every_index[order], every_nearness[order]


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale rows to unit length; a row of zeros stays. Scaled twice, so that no square is lost."""
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0.0)
    scaled = vectors / np.where(largest == 0, 1.0, largest)
    lengths = np.sqrt(np.square(scaled).sum(axis=1, keepdims=True))
    unit: NDArray[np.float64] = scaled / np.where(lengths == 0, 1.0, lengths)
    return unit


def _require_shapes(queries: _Floats, memory: _Floats, k: int, chunk_rows: int) -> None:
    if queries.ndim != 2 or memory.ndim != 2 or queries.shape[1] != memory.shape[1]:
        raise ValueError(
            f"queries have shape {queries.shape}, the memory {memory.shape}; expected "
            "(n_queries, dim) and (n_rows, dim)."
        )
    if not 1 <= k <= len(memory):
        raise ValueError(f"k is {k}; expected 1 to {len(memory)}, the rows of the memory.")
    if chunk_rows < 1:
        raise ValueError(f"chunk_rows is {chunk_rows}; expected at least 1.")


def _require_finite(vectors: _Floats, what: str, start: int) -> _Floats:
    is_finite = np.isfinite(vectors)
    if not is_finite.all():
        raise DataError(
            f"{what} {start + int(np.argmin(is_finite.all(axis=1)))} holds nan or infinity; "
            "expected finite values. Embed it again."
        )
    return vectors
