"""Bootstrap draws and random swaps of clips, in blocks, so that memory does not grow with them.

All samples go through one matrix product a block: row sums of a draw are ``counts @ statistics``.
The draws follow from the number of clips alone and are the same for all metrics and systems, so
that a difference may be read draw by draw.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmark.stats.samples import Array, Clusters, Sample, require_same_clips

N_DRAWS = 10_000
"""Draws of an interval: fewer move its bounds by more than their last printed digit."""

N_TEST_DRAWS = 10_000
"""Draws of a test, whose small p-values need more of them."""

_SEED = 20_240_101  # fixed, so that the same clips give the same interval in every run
_CELLS_OF_BLOCK = 1 << 20
_MOST_KEPT = 1 << 25
"""Counts of 32 MiB at most are remembered, a byte each."""


def draw_counts(n_clips: int, n_draws: int = N_DRAWS) -> Array:
    """Draw clips with replacement: how often each clip is in each draw.

    Returns:
        ``(n_draws, n_clips)``, every row summing to ``n_clips``.
    """
    return np.concatenate(list(count_blocks(n_clips, n_draws)))


def count_blocks(n_clips: int, n_draws: int) -> Iterator[Array]:
    """Draw clips with replacement, some draws at a time: ``(n_draws_of_block, n_clips)``."""
    if n_clips * n_draws <= _MOST_KEPT:
        counts = _all_counts(n_clips, n_draws)
        start = 0
        for n_rows in _block_sizes(n_clips, n_draws):
            yield counts[start : start + n_rows].astype(np.float64)
            start += n_rows
        return
    yield from _draw_blocks(n_clips, n_draws)


@lru_cache(maxsize=1)
def _all_counts(n_clips: int, n_draws: int) -> NDArray[np.uint8]:
    """Remember the last draws: all metrics of a run ask for the same ones."""
    # One of 255 clips is drawn 255 times at most, and one of more has a chance of 1 in 256! to be.
    counts = np.concatenate([part.astype(np.uint8) for part in _draw_blocks(n_clips, n_draws)])
    counts.flags.writeable = False
    return counts


def _draw_blocks(n_clips: int, n_draws: int) -> Iterator[Array]:
    rng = np.random.default_rng(_SEED)
    for n_rows in _block_sizes(n_clips, n_draws):
        yield _count_block(rng, n_clips, n_rows)


def _count_block(rng: np.random.Generator, n_clips: int, n_rows: int) -> Array:
    drawn = rng.integers(0, n_clips, size=(n_rows, n_clips))
    drawn += np.arange(n_rows)[:, np.newaxis] * n_clips
    counts = np.bincount(drawn.ravel(), minlength=n_rows * n_clips)
    return counts.reshape(n_rows, n_clips).astype(np.float64)


def swap_blocks(n_clips: int, n_draws: int) -> Iterator[Array]:
    """Toss a fair coin for each clip, some draws at a time: zeros and ones, as ``count_blocks``."""
    rng = np.random.default_rng(_SEED)
    for n_rows in _block_sizes(n_clips, n_draws):
        bits = rng.integers(0, 256, size=(n_rows, -(-n_clips // 8)), dtype=np.uint8)
        yield np.unpackbits(bits, axis=1, count=n_clips).astype(np.float64)


def resample(
    samples: Sequence[Sample],
    n_draws: int = N_DRAWS,
    clusters: Clusters | None = None,
) -> Array:
    """Value samples on bootstrap draws of their clips (Efron and Tibshirani 1993, ch. 6).

    Args:
        samples: of the same clips, row by row.
        n_draws: how many draws; the first thousand of many are those of a thousand.
        clusters: the cluster of each clip; whole clusters are drawn, so that clips which are
            alike do not count as independent.

    Returns:
        ``(n_samples, n_draws)`` corpus values; column j of every row is of the same draw. A draw
        of which a sample has no clip with a value is left out.

    Raises:
        ValueError: the samples are not of the same clips.
    """
    samples = in_clusters(samples, clusters)
    stacked = _stack(samples)
    blocks = count_blocks(len(stacked), n_draws)
    values = np.concatenate([_values(samples, counts @ stacked) for counts in blocks], axis=1)
    return values[:, ~np.isnan(values).any(axis=0)]


def randomise(
    pairs: Sequence[tuple[Sample, Sample]],
    n_draws: int = N_TEST_DRAWS,
    clusters: Clusters | None = None,
) -> Array:
    """Value differences after each clip's results were swapped with probability one half.

    That is how differences are spread when it does not matter which of two systems captioned a
    clip (Noreen 1989; for corpus metrics Riezler and Maxwell 2005, fig. 2).

    Args:
        pairs: two systems by the same metric and clips; different pairs may be of other metrics.
        n_draws: how many rounds of swaps.
        clusters: the cluster of each clip; whole clusters are swapped.

    Returns:
        ``(n_pairs, n_draws)``: first less second.

    Raises:
        ValueError: the samples are not of the same clips.
    """
    firsts = in_clusters([first for first, _ in pairs], clusters)
    seconds = in_clusters([second for _, second in pairs], clusters)
    require_same_clips([*firsts, *seconds])
    stacked, others = _stack(firsts), _stack(seconds)
    total, total_other, gaps = stacked.sum(axis=0), others.sum(axis=0), stacked - others
    blocks = []
    for swaps in swap_blocks(len(stacked), n_draws):
        moved = swaps @ gaps
        blocks.append(_values(firsts, total - moved) - _values(seconds, total_other + moved))
    return np.concatenate(blocks, axis=1)


def in_clusters(samples: Sequence[Sample], clusters: Clusters | None) -> list[Sample]:
    """Sum each sample's clips by cluster; without clusters leave them as they are."""
    return [sample if clusters is None else sample.group(clusters) for sample in samples]


def _stack(samples: Sequence[Sample]) -> Array:
    require_same_clips(samples)
    return np.concatenate([sample.statistics for sample in samples], axis=1)


def _values(samples: Sequence[Sample], sums: Array) -> Array:
    """Aggregate stacked sums ``(n_draws, total of k)``: ``(n_samples, n_draws)``."""
    ends = np.cumsum([sample.statistics.shape[1] for sample in samples])[:-1]
    parts = np.split(sums, ends, axis=1)
    values = [sample.aggregate(part) for sample, part in zip(samples, parts, strict=True)]
    return np.stack(values)


def _block_sizes(n_clips: int, n_draws: int) -> Iterator[int]:
    n_rows = max(1, _CELLS_OF_BLOCK // n_clips)
    for start in range(0, n_draws, n_rows):
        yield min(n_rows, n_draws - start)
