"""A corpus value as what it is: a function of a sum over clips."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
Clusters = Sequence[str] | NDArray[np.str_] | NDArray[np.int64]
"""The cluster of each clip, for instance the recording that it was cut from."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One corpus value of one system, kept so that any resample of its clips can be valued.

    Attributes:
        statistics: ``(n_clips, k)``, finite: what each clip adds; nothing but zeros of a clip
            that has no value.
        aggregate: turns sums ``(..., k)`` over clips into corpus values ``(...)``.
        bounds: the least and the greatest value that there can be.
    """

    statistics: Array
    aggregate: Callable[[Array], Array]
    bounds: tuple[float, float] = (-math.inf, math.inf)

    def __post_init__(self) -> None:
        if self.statistics.ndim != 2 or not self.statistics.size:
            raise ValueError(
                f"statistics of shape {self.statistics.shape}; expected (n_clips, k), not empty."
            )
        if not np.isfinite(self.statistics).all():
            raise ValueError("statistics that are not finite cannot be resampled.")

    @classmethod
    def of_mean(
        cls, per_clip: Array, bounds: tuple[float, float] = (-math.inf, math.inf)
    ) -> Sample:
        """Make the sample of a mean over clips from ``(n_clips,)`` values."""
        return cls(np.stack([per_clip, np.ones(len(per_clip))], axis=1), _mean, bounds)

    @property
    def n_clips(self) -> int:
        return len(self.statistics)

    @property
    def value(self) -> float:
        """The corpus value of all clips."""
        return float(self.aggregate(self.statistics.sum(axis=0)))

    @property
    def per_clip(self) -> Array:
        """``(n_clips,)``: the value of each clip as a corpus of its own."""
        return self.aggregate(self.statistics)

    @property
    def is_valued(self) -> NDArray[np.bool_]:
        """``(n_clips,)``: which clips have a value."""
        return np.asarray(self.statistics.any(axis=1))

    @property
    def left_out(self) -> Array:
        """``(n_clips,)``: the corpus value without each clip."""
        return self.aggregate(self.statistics.sum(axis=0) - self.statistics)

    def only_valued(self) -> Sample:
        """Leave out the clips that have no value, all of them where none has."""
        return self.take(np.flatnonzero(self.is_valued)) if self.is_valued.any() else self

    def take(self, rows: Rows) -> Sample:
        """Choose clips by row, in that order; a row may come more than once."""
        return replace(self, statistics=self.statistics[rows])

    def group(self, clusters: Clusters) -> Sample:
        """Sum the clips of each cluster, so that draws and swaps take whole clusters.

        Raises:
            ValueError: there is not one cluster a clip.
        """
        if len(clusters) != self.n_clips:
            raise ValueError(f"{len(clusters)} clusters for {self.n_clips} clips.")
        names, rows = np.unique(np.asarray(clusters), return_inverse=True)
        sums = np.zeros((len(names), self.statistics.shape[1]))
        np.add.at(sums, rows, self.statistics)
        return replace(self, statistics=sums)


def over_shared(first: Sample, second: Sample) -> tuple[Sample, Sample]:
    """Empty, in two samples of the same clips, each clip that has no value in one of them.

    The number of clips stays, so that several pairs can go through the same draws.

    Raises:
        ValueError: they are of unlike numbers of clips.
    """
    require_same_clips([first, second])
    is_shared = (first.is_valued & second.is_valued)[:, np.newaxis]
    one, other = (
        replace(sample, statistics=np.where(is_shared, sample.statistics, 0.0))
        for sample in (first, second)
    )
    return one, other


def count_unlike(first: Sample, second: Sample) -> int:
    """Count the clips on which two samples are not the same; swaps of others change nothing."""
    return int((first.statistics != second.statistics).any(axis=1).sum())


def over_common(samples: Sequence[Sample]) -> list[Sample]:
    """Empty, in samples of the same clips, each clip that has no value in one of them.

    Raises:
        ValueError: they are of unlike numbers of clips.
    """
    require_same_clips(samples)
    is_shared = np.logical_and.reduce([sample.is_valued for sample in samples])[:, np.newaxis]
    return [
        Sample(np.where(is_shared, sample.statistics, 0.0), sample.aggregate) for sample in samples
    ]


def mean_of(samples: Sequence[Sample]) -> Sample:
    """Join samples of the same metric and clips into one whose value is the mean of theirs.

    Raises:
        ValueError: they are of unlike numbers of clips.
    """
    require_same_clips(samples)
    if len(samples) == 1:
        return samples[0]
    aggregate = samples[0].aggregate

    def value(sums: Array) -> Array:
        means: Array = aggregate(sums.reshape(*sums.shape[:-1], len(samples), -1)).mean(axis=-1)
        return means

    return Sample(np.concatenate([sample.statistics for sample in samples], axis=1), value)


def require_same_clips(samples: Sequence[Sample]) -> int:
    """Return how many clips samples share, row by row.

    Raises:
        ValueError: there are no samples, or they have unlike numbers of clips.
    """
    numbers = sorted({sample.n_clips for sample in samples})
    if len(numbers) != 1:
        raise ValueError(f"samples of {numbers or 'no'} clips; expected the same clips in each.")
    return numbers[0]


def _mean(sums: Array) -> Array:
    means: Array = sums[..., 0] / sums[..., 1]
    return means
