"""What each clip adds to a corpus value: kept with the scores, so that any resample can be made.

Every corpus value here is a function of a sum over clips: of values and of ones for a mean, of
ten counts for BLEU, of 23 for METEOR.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.bleu import bleu
from benchmark.metrics.meteor_score import meteor_score
from benchmark.metrics.scores import Score
from benchmark.stats.samples import Rows, Sample

Array = NDArray[np.float64]
Aggregate = Callable[[Array], Array]

_BLEU_ORDERS = {f"bleu_{n}": n for n in (1, 2, 3, 4)}


@dataclass(frozen=True, slots=True)
class SystemStatistics:
    """The statistics of one system's scored clips.

    Attributes:
        clip_ids: sorted.
        arrays: ``(n_folds, n_clips, width)`` for each kept name (a metric's key; ``"bleu"`` for
            all four orders); NaN where a clip is not in a fold. There is one fold, save for
            leave-one-out systems, whose corpus value is the mean over folds.
    """

    clip_ids: tuple[str, ...]
    arrays: Mapping[str, Array]

    @staticmethod
    def gather(folds: Sequence[tuple[tuple[str, ...], Mapping[str, Score]]]) -> SystemStatistics:
        """Join the folds of one system: of each the scored clips, and the scores by key."""
        clip_ids = tuple(sorted({clip_id for of_fold, _ in folds for clip_id in of_fold}))
        row_of = {clip_id: row for row, clip_id in enumerate(clip_ids)}
        rows = [[row_of[clip_id] for clip_id in of_fold] for of_fold, _ in folds]
        arrays: dict[str, Array] = {}
        for key in folds[0][1] if folds else ():
            found = [scores[key].statistics for _, scores in folds]
            given = [statistics for statistics in found if statistics is not None]
            if len(given) == len(folds):
                array = np.full((len(folds), len(clip_ids), given[0].shape[1]), np.nan)
                for fold, (where, statistics) in enumerate(zip(rows, given, strict=True)):
                    array[fold, where] = statistics
                arrays[_kept_name(key)] = array
        return SystemStatistics(clip_ids, arrays)

    @staticmethod
    def average(several: Sequence[SystemStatistics]) -> SystemStatistics:
        """Lay the statistics of several seeds side by side, as folds: values are means over them.

        Raises:
            ValueError: they are not of the same clips.
        """
        first = several[0]
        if any(other.clip_ids != first.clip_ids for other in several):
            raise ValueError("statistics of different clips cannot be averaged.")
        given = [found.arrays for found in several]
        shared = [name for name in first.arrays if all(name in arrays for arrays in given)]
        arrays = {name: np.concatenate([of_one[name] for of_one in given]) for name in shared}
        return SystemStatistics(first.clip_ids, arrays)

    @property
    def n_clips(self) -> int:
        return len(self.clip_ids)

    def has(self, key: str) -> bool:
        """Tell whether a metric can be resampled."""
        return _kept_name(key) in self.arrays

    def sample(self, key: str) -> Sample:
        """Make a metric's sample: its rows in the order of ``clip_ids``.

        Raises:
            KeyError: the metric has no statistics.
        """
        array = self.arrays[_kept_name(key)]
        if _is_mean(key):
            array = np.concatenate([array, np.ones_like(array)], axis=-1)
        rows = np.where(np.isnan(array[..., :1]), 0.0, array)
        return Sample.average([Sample(of_fold, _aggregate(key)) for of_fold in rows])

    def per_clip(self, key: str) -> Array:
        """``(n_clips,)``: a metric's value of each clip, averaged over the folds it is in."""
        array = self.arrays[_kept_name(key)]
        absent = np.isnan(array[..., 0])
        values = array[..., 0] if _is_mean(key) else _aggregate(key)(np.nan_to_num(array))
        n_folds: Array = (~absent).sum(axis=0)
        means: Array = np.where(absent, 0.0, values).sum(axis=0) / n_folds
        return means

    def to_json(self) -> dict[str, Any]:
        arrays = {name: _to_lists(array) for name, array in self.arrays.items()}
        return {"clip_ids": list(self.clip_ids), "statistics": arrays}

    @staticmethod
    def from_json(record: Mapping[str, Any]) -> SystemStatistics:
        """Read statistics back.

        Raises:
            ValueError, KeyError, TypeError: they were not written by ``to_json``.
        """
        clip_ids = tuple(record["clip_ids"])
        arrays = {
            name: _from_lists(lists, len(clip_ids)) for name, lists in record["statistics"].items()
        }
        return SystemStatistics(clip_ids, arrays)


@dataclass(frozen=True, slots=True)
class CommonClips:
    """The clips that two systems were both scored on, sorted, and their rows in each."""

    clip_ids: tuple[str, ...]
    rows: tuple[Rows, Rows]

    @staticmethod
    def find(first: Sequence[str], second: Sequence[str]) -> CommonClips:
        """Match two lists of clip ids, each without repeats."""
        ids = (np.array(first, dtype=str), np.array(second, dtype=str))
        common, *rows = np.intersect1d(*ids, assume_unique=True, return_indices=True)
        return CommonClips(tuple(common.tolist()), (rows[0], rows[1]))


def _kept_name(key: str) -> str:
    return "bleu" if key in _BLEU_ORDERS else key


def _is_mean(key: str) -> bool:
    return key not in _BLEU_ORDERS and key != "meteor"


def _aggregate(key: str) -> Aggregate:
    if key in _BLEU_ORDERS:
        order = _BLEU_ORDERS[key]
        return lambda sums: bleu(sums)[..., order - 1]
    return meteor_score if key == "meteor" else _mean


def _mean(sums: Array) -> Array:
    """Divide summed values by their number; a draw without any clip of a fold counts as 0."""
    total, number = sums[..., 0], sums[..., 1]
    return np.divide(total, number, out=np.zeros_like(total), where=number > 0)


def _to_lists(array: Array) -> list[Any]:
    """Fold by fold, clip by clip; counts as integers, single values bare, None for no value."""
    is_counted = not np.isnan(array).any() and (array == np.floor(array)).all()
    cells = array.astype(np.int64) if is_counted else array
    squeezed = cells[..., 0] if array.shape[-1] == 1 else cells
    return [[_without_nan(row) for row in fold] for fold in squeezed.tolist()]


def _without_nan(row: Any) -> Any:
    if isinstance(row, list):
        return None if row[0] != row[0] else row
    return None if row != row else row


def _from_lists(folds: list[Any], n_clips: int) -> Array:
    rows = [row if isinstance(row, list) else [row] for fold in folds for row in fold]
    width = max((len(row) for row in rows), default=1)
    filled = [[np.nan] * width if row == [None] else row for row in rows]
    return np.array(filled, dtype=np.float64).reshape(len(folds), n_clips, width)
