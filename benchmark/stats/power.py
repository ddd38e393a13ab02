"""What a paired test would find, by simulation: how often it errs, and how small a drop it sees.

A trial draws clips with replacement from the clips at hand, as if they were all clips there are,
and gives the results of a pair of versions to two sides, which side gets which by a fair coin a
clip. So neither side is better, whatever the pair is. A drop is then put into one side.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmark.stats.intervals import LEVEL
from benchmark.stats.paired import PairedResult, compare_pairs, paired_p_values
from benchmark.stats.samples import Array, Rows, Sample, require_same_clips

N_DRAWS_OF_TRIAL = 499
"""Bootstrap draws and rounds of swaps of one comparison.

With the observed result these make 500, of which 5 % is a whole number.
"""

_SEED = 20_240_102
_POOR_SHARE = 0.25

Pair = tuple[Sample, Sample]


@dataclass(frozen=True, slots=True)
class Rate:
    """A count of the trials that came out in one way."""

    n_hits: int
    n_trials: int

    @property
    def value(self) -> float:
        return self.n_hits / self.n_trials

    @property
    def error(self) -> float:
        """The standard error that comes from the number of trials."""
        return math.sqrt(self.value * (1 - self.value) / self.n_trials)


@dataclass(frozen=True, slots=True)
class Drop:
    """Captions that went bad: on a share of the clips the system does as on one of its worst.

    Attributes:
        share: of the clips, drawn anew in each trial.
        poor: rows of the quarter of the clips with the worst values.
        lowers: whether the corpus value falls with it; it rises where less is better.
    """

    share: float
    poor: Rows
    lowers: bool


def imitate_version(
    samples: Sequence[Sample], changed_share: float, seed: int = _SEED
) -> list[Sample]:
    """Imitate another version of a system: some clips come out as other clips did.

    The variance of the paired differences is ``changed_share`` times that of unpaired ones; in
    other words the two versions' values correlate with about ``1 - changed_share``.

    Args:
        samples: by each metric, all of the same clips.
        changed_share: of the clips, above 0, at most 1.
        seed: decides which clips.
    """
    if not 0 < changed_share <= 1:
        raise ValueError(f"changed share {changed_share}; expected above 0, at most 1.")
    n_clips = require_same_clips(samples)
    rng = np.random.default_rng(seed)
    rows = np.arange(n_clips)
    changed = rng.permutation(n_clips)[: max(2, round(changed_share * n_clips))]
    rows[changed] = np.roll(changed, 1)
    return [sample.take(rows) for sample in samples]


def size_drop(pair: Pair, drop: float, higher_is_better: bool) -> Drop:
    """Find the share of bad captions that costs a corpus value a given part of itself.

    Args:
        pair: two versions; the drop is sized on both together.
        drop: part of the corpus value, such as 0.02.
        higher_is_better: else the value rises by that part.

    Raises:
        ValueError: not even worst captions everywhere would cost as much.
    """
    one, other = pair
    values = one.per_clip + other.per_clip
    order = np.argsort(values if higher_is_better else -values, kind="stable")
    order = order[np.isfinite(values[order])]
    poor = order[: max(1, round(_POOR_SHARE * len(order)))]
    summed = one.statistics + other.statistics
    usual, bad = summed.mean(axis=0), summed[poor].mean(axis=0)
    value = float(one.aggregate(usual))

    def cost(share: float) -> float:
        change = float(one.aggregate((1 - share) * usual + share * bad)) - value
        return -change if higher_is_better else change

    target_cost = drop * abs(value)
    if not 0 < target_cost <= cost(1.0):
        raise ValueError(f"bad captions cannot cost {100 * drop:g} % of a value of {value:.4g}.")
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if cost(middle) < target_cost else (low, middle)
    return Drop(high, poor, higher_is_better)


def simulate_results(
    pairs: Sequence[Pair], n_clips: int, n_trials: int, n_draws: int = N_DRAWS_OF_TRIAL
) -> list[list[PairedResult]]:
    """Compare two sides that do not differ: the results by trial and pair.

    Args:
        pairs: two versions by each metric, all of the same clips.
        n_clips: clips of a trial.
        n_trials: how many trials.
        n_draws: bootstrap draws and rounds of swaps of each comparison.
    """
    return [compare_pairs(sides, n_draws) for sides in _trials(pairs, n_clips, n_trials)]


def measure_power(
    pairs: Sequence[Pair],
    drops: Sequence[Drop],
    n_clips: int,
    n_trials: int,
    *,
    level: float = LEVEL,
    n_draws: int = N_DRAWS_OF_TRIAL,
) -> list[Rate]:
    """Count the trials in which approximate randomisation calls a drop, by pair.

    Args:
        pairs: two versions by each metric, all of the same clips.
        drops: one a pair, put into the first side.
        n_clips: clips of a trial.
        n_trials: how many trials.
        level: a difference is called for ``p <= 1 - level`` and where it goes the way of the
            drop.
        n_draws: rounds of swaps of each comparison.
    """
    lowers = np.array([drop.lowers for drop in drops])
    hits = np.zeros(len(pairs), dtype=np.int64)
    for sides in _trials(pairs, n_clips, n_trials, drops):
        p_values = np.array(paired_p_values(sides, n_draws))
        is_lower = np.array([first.value < second.value for first, second in sides])
        hits += (p_values <= 1 - level) & (is_lower == lowers)
    return [Rate(int(n_hits), n_trials) for n_hits in hits]


def _trials(
    pairs: Sequence[Pair], n_clips: int, n_trials: int, drops: Sequence[Drop] | None = None
) -> Iterator[list[Pair]]:
    n_given = require_same_clips([sample for pair in pairs for sample in pair])
    rng = np.random.default_rng(_SEED)
    for _ in range(n_trials):
        rows = rng.integers(0, n_given, n_clips)
        swap = rng.random(n_clips) < 0.5
        fate, which = rng.random((2, n_clips))
        sides = []
        for number, (one, other) in enumerate(pairs):
            first = _choose(swap, other.statistics[rows], one.statistics[rows])
            second = _choose(swap, one.statistics[rows], other.statistics[rows])
            if drops is not None:
                drop = drops[number]
                bad = drop.poor[(which * len(drop.poor)).astype(np.int64)]
                bad_statistics = _choose(swap, other.statistics[bad], one.statistics[bad])
                first = _choose(fate < drop.share, bad_statistics, first)
            sides.append((replace(one, statistics=first), replace(one, statistics=second)))
        yield sides


def _choose(condition: NDArray[np.bool_], yes: Array, no: Array) -> Array:
    chosen: Array = np.where(condition[:, np.newaxis], yes, no)
    return chosen
