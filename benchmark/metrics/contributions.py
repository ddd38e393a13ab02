"""What each clip adds to a corpus value: kept with the scores, so that any resample can be made.

Every corpus value here is a function of a sum over clips: of values and of ones for a mean, of
ten counts for BLEU, of 23 for METEOR.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import RunError
from benchmark.files import JsonObject
from benchmark.machine.typed_json import read_as
from benchmark.metrics.catalogue import METRICS, find_corpus
from benchmark.metrics.scores import Score
from benchmark.stats.samples import Rows, Sample

Array = NDArray[np.float64]
Aggregate = Callable[[Array], Array]


@dataclass(frozen=True, slots=True)
class Contributions:
    """The statistics of one system's scored clips.

    Attributes:
        clip_ids: sorted.
        arrays: ``(n_folds, n_clips, width)`` for each kept name (a metric's key; ``"bleu"`` for
            all four orders); NaN where a clip has no value of that metric; in a fold that it is
            not in, the mean of its own. There is one fold, save for leave-one-out systems,
            whose corpus value is the mean over folds.
    """

    clip_ids: tuple[str, ...]
    arrays: Mapping[str, Array]

    @staticmethod
    def gather(folds: Sequence[tuple[tuple[str, ...], Mapping[str, Score]]]) -> Contributions:
        """Join the folds of one system: of each the scored clips, and the scores by key."""
        clip_ids = tuple(sorted({clip_id for ids, _ in folds for clip_id in ids}))
        row_of = {clip_id: row for row, clip_id in enumerate(clip_ids)}
        rows = [[row_of[clip_id] for clip_id in ids] for ids, _ in folds]
        arrays: dict[str, Array] = {}
        for key in folds[0][1] if folds else ():
            by_fold = [scores[key].statistics for _, scores in folds]
            given = [statistics for statistics in by_fold if statistics is not None]
            if len(given) == len(folds):
                array = np.full((len(folds), len(clip_ids), given[0].shape[1]), np.nan)
                for fold, (where, statistics) in enumerate(zip(rows, given, strict=True)):
                    array[fold, where] = statistics
                arrays[_kept_name(key)] = _fill(array, rows)
        return Contributions(clip_ids, arrays)

    @staticmethod
    def average(several: Sequence[Contributions]) -> Contributions:
        """Lay the statistics of several seeds side by side, as folds: values are means over them.

        Raises:
            ValueError: they are not of the same clips.
        """
        first = several[0]
        if any(other.clip_ids != first.clip_ids for other in several):
            raise ValueError("statistics of different clips cannot be averaged.")
        given = [statistics.arrays for statistics in several]
        shared = [name for name in first.arrays if all(name in arrays for arrays in given)]
        arrays = {name: np.concatenate([arrays[name] for arrays in given]) for name in shared}
        return Contributions(first.clip_ids, arrays)

    @property
    def n_clips(self) -> int:
        return len(self.clip_ids)

    def has(self, key: str, *, loads: bool = True) -> bool:
        """Tell whether a metric can be resampled.

        Args:
            key: the metric.
            loads: where its corpus value is a function of a plugin's that is not loaded, load it.
        """
        return self.keeps(key) and _find_aggregate(key, loads=loads) is not None

    def keeps(self, key: str) -> bool:
        """Tell whether a metric's statistics are here, whatever they mean."""
        return _kept_name(key) in self.arrays

    def only(self, keys: Collection[str]) -> Contributions:
        """Keep the statistics of some metrics."""
        names = set(map(_kept_name, keys))
        kept = {name: array for name, array in self.arrays.items() if name in names}
        return Contributions(self.clip_ids, kept)

    def beyond(self, before: Contributions) -> Contributions:
        """Keep the clips whose statistics are not those of another night of the same metrics.

        Raises:
            ValueError: the two are not of the same clips, metrics and folds.
        """
        if self.clip_ids != before.clip_ids or _shapes(self) != _shapes(before):
            raise ValueError("nights of different clips, metrics or folds.")
        differs = np.zeros(self.n_clips, dtype=bool)
        for name, array in self.arrays.items():
            is_same = np.isclose(array, before.arrays[name], rtol=0, atol=0, equal_nan=True)
            differs |= ~is_same.all(axis=(0, 2))
        rows = np.flatnonzero(differs)
        arrays = {name: array[:, rows] for name, array in self.arrays.items()}
        return Contributions(tuple(self.clip_ids[row] for row in rows), arrays)

    def over(self, before: Contributions, where: object) -> Contributions:
        """Lay the statistics of some clips over those of another night: undoes ``beyond``.

        Raises:
            RunError: they are of other clips, metrics or folds; ``where`` names the file.
        """
        row_of = {clip_id: row for row, clip_id in enumerate(before.clip_ids)}
        strangers = [clip_id for clip_id in self.clip_ids if clip_id not in row_of]
        mine, theirs = _shapes(self), _shapes(before)
        if strangers or any(mine[name] != theirs.get(name) for name in mine):
            raise RunError(
                f"{where}: statistics of other clips, metrics or folds than the accepted run's. "
                "The file was changed by something else; restore it, or accept the nights anew."
            )
        rows = [row_of[clip_id] for clip_id in self.clip_ids]
        arrays = {name: array.copy() for name, array in before.arrays.items()}
        for name, array in self.arrays.items():
            arrays[name][:, rows] = array
        return Contributions(before.clip_ids, arrays)

    def sample(self, key: str, n_folds: int | None = None) -> Sample:
        """Make a metric's sample: its rows in the order of ``clip_ids``.

        Its value is the mean over the folds, those aside that have no clip in a draw.

        Args:
            key: the metric.
            n_folds: repeat the folds until there are as many, a multiple of their number; the
                value stays, and samples of as many folds can be swapped clip by clip.

        Raises:
            KeyError: the metric has no statistics, or nothing here turns them into values.
        """
        aggregate = _find_aggregate(key)
        if aggregate is None:
            raise KeyError(key)
        array = self.arrays[_kept_name(key)]
        is_there = ~np.isnan(array[..., :1])
        rows = np.concatenate([np.where(is_there, array, 0.0), is_there], axis=-1)
        rows = np.tile(rows, ((n_folds or len(rows)) // len(rows), 1, 1))
        return Sample(
            rows.transpose(1, 0, 2).reshape(self.n_clips, -1),
            _mean_over_folds(aggregate, len(rows)),
            METRICS[key].bounds if key in METRICS else (-math.inf, math.inf),
        )

    def fold_values(self, key: str) -> list[float]:
        """List a metric's corpus value of each fold: of systems of several seeds, of each seed."""
        folds = self.arrays[_kept_name(key)]
        alone = (Contributions(self.clip_ids, {_kept_name(key): fold[None]}) for fold in folds)
        return [fold.sample(key).value for fold in alone]

    def per_clip(self, key: str) -> Array:
        """``(n_clips,)``: a metric's value of each clip, averaged over the folds it is in.

        NaN where it has none.
        """
        return self.sample(key).per_clip

    def n_valued(self, key: str) -> int:
        """Count the clips that have a metric's value in every fold they are in."""
        is_there = ~np.isnan(np.stack([array[..., 0] for array in self.arrays.values()]))
        has_value = ~np.isnan(self.arrays[_kept_name(key)][..., 0])
        is_valued = has_value.any(axis=0) & (has_value == is_there.any(axis=0)).all(axis=0)
        return int(is_valued.sum())

    def to_json(self) -> JsonObject:
        arrays = {name: _to_lists(array) for name, array in self.arrays.items()}
        return {"clip_ids": list(self.clip_ids), "statistics": arrays}

    @staticmethod
    def from_json(record: object, where: object) -> Contributions:
        """Read contributions back.

        Args:
            record: as ``json.loads`` gives it.
            where: names the file in messages.

        Raises:
            RunError: they were not written by ``to_json``.
        """
        kept = read_as(_Kept, record, where)
        n_clips = len(kept.clip_ids)
        arrays: dict[str, Array] = {}
        for name, lists in kept.statistics.items():
            try:
                arrays[name] = _from_lists(lists, n_clips)
            except (ValueError, OverflowError) as error:
                raise RunError(
                    f"{where}, {name}: expected one row of equal length for each of {n_clips} "
                    "clips in every fold, of finite numbers, and found others. The file was "
                    "changed by something else; restore it, or make it anew."
                ) from error
        return Contributions(kept.clip_ids, arrays)


_Row = float | None | list[float]
"""A clip's contributions: one bare number, several, or None where it is not in the fold."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """``Contributions`` as JSON has them: by name fold by fold, clip by clip."""

    clip_ids: tuple[str, ...]
    statistics: dict[str, list[list[_Row]]]


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


def samples_alike(several: Sequence[Contributions], key: str) -> list[Sample]:
    """Make one metric's samples of several systems, of as many folds each.

    So a system of three seeds, or a leave-one-out one, can be tested against one of a single run.

    Raises:
        KeyError: one of them has no statistics of the metric.
    """
    n_folds = math.lcm(*(len(statistics.arrays[_kept_name(key)]) for statistics in several))
    return [statistics.sample(key, n_folds) for statistics in several]


def _shapes(statistics: Contributions) -> dict[str, tuple[int, int]]:
    """Tell by name how many folds there are, and how wide a row is."""
    return {name: (len(array), array.shape[2]) for name, array in statistics.arrays.items()}


def _fill(array: Array, rows: Sequence[Sequence[int]]) -> Array:
    """Give a clip, in the folds that it is not in, the mean of its statistics in the others.

    So each clip counts once in the mean over folds, whatever the number of its references.
    """
    is_in = np.zeros(array.shape[:2], dtype=bool)
    for fold, where in enumerate(rows):
        is_in[fold, where] = True
    for clip in np.flatnonzero(~is_in.all(axis=0)):
        own = array[is_in[:, clip], clip]
        valued = own[~np.isnan(own[:, 0])]
        if len(valued):
            array[~is_in[:, clip], clip] = valued.mean(axis=0)
    return array


def _kept_name(key: str) -> str:
    return METRICS[key].kept_as if key in METRICS else key


def _find_aggregate(key: str, *, loads: bool = True) -> Aggregate | None:
    """Find what turns summed contributions, the number of clips last, into a corpus value."""
    if key not in METRICS or METRICS[key].aggregation == "mean":
        return _mean
    corpus = find_corpus(key, loads=loads)
    return None if corpus is None else lambda sums: corpus(sums[..., :-1])


def _mean_over_folds(aggregate: Aggregate, n_folds: int) -> Aggregate:
    """Value sums that lie fold by fold, the last of each being how many clips it has."""

    def value(sums: Array) -> Array:
        folds = sums.reshape(*sums.shape[:-1], n_folds, -1)
        has_clips = folds[..., -1] > 0
        values = np.where(has_clips, aggregate(folds), 0.0)
        n_folds_with_clips = has_clips.sum(axis=-1)
        no_value = np.full(n_folds_with_clips.shape, np.nan)
        means: Array = np.divide(
            values.sum(axis=-1), n_folds_with_clips, out=no_value, where=n_folds_with_clips > 0
        )
        return means

    return value


def _mean(sums: Array) -> Array:
    total, n_clips = sums[..., 0], sums[..., -1]
    return np.divide(total, n_clips, out=np.zeros_like(total), where=n_clips > 0)


_MOST_COUNTED = 2.0**53
"""Beyond it a float is no count any more, and further out no integer of 64 bits."""


def _to_lists(array: Array) -> list[list[_Row]]:
    """Fold by fold, clip by clip; counts as integers, single values bare, None for no value."""
    is_counted = (np.abs(array) < _MOST_COUNTED).all() and (array == np.floor(array)).all()
    cells = array.astype(np.int64) if is_counted else array
    squeezed = cells[..., 0] if array.shape[-1] == 1 else cells
    return [[_without_nan(row) for row in fold] for fold in squeezed.tolist()]


def _without_nan(row: float | list[float]) -> _Row:
    if isinstance(row, list):
        return None if row[0] != row[0] else row
    return None if row != row else row


def _from_lists(folds: list[list[_Row]], n_clips: int) -> Array:
    """Lay rows out as an array; a ``ValueError`` where they do not make one of finite numbers."""
    rows = [row if isinstance(row, list) else [row] for fold in folds for row in fold]
    width = max((len(row) for row in rows), default=0)
    filled = [[0.0] * width if row == [None] else row for row in rows]
    array = np.array(filled, dtype=np.float64).reshape(len(folds), n_clips, width)
    if not array.size or not np.isfinite(array).all():
        raise ValueError("no fold, no number, or one that is not finite")
    array[np.array([row == [None] for row in rows]).reshape(array.shape[:2])] = np.nan
    return array
