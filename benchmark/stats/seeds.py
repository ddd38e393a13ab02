"""One system trained or sampled with several seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.stats.draws import N_DRAWS
from benchmark.stats.intervals import LEVEL, draws_of, interval_of, percentile_interval
from benchmark.stats.samples import Array, Clusters, Rows, Sample, require_same_clips

_SEED = 20_240_102
_SEEDS_A_DRAW = 20


@dataclass(frozen=True, slots=True)
class SeedNoise:
    """How far the seeds of one system lie from each other.

    Attributes:
        deviation: sample standard deviation of the corpus values, over the seeds.
        n_seeds: two or more.
    """

    deviation: float
    n_seeds: int

    def __post_init__(self) -> None:
        if self.n_seeds < 2 or not self.deviation >= 0:
            raise ValueError(
                f"a deviation of {self.deviation} over {self.n_seeds} seeds; expected 0 or more, "
                "over two or more."
            )

    @property
    def error(self) -> float:
        """The standard error of the mean over seeds."""
        return self.deviation / math.sqrt(self.n_seeds)

    def draw(self, rng: np.random.Generator, n_draws: int) -> Array:
        """Draw what other seeds may have added to the mean: ``(n_draws,)``.

        Student's t, as the spread of few seeds is itself a guess. Differences of such draws are
        those of Behrens and Fisher (Fisher 1935), for systems whose seeds spread unlike.
        """
        return self.error * rng.standard_t(self.n_seeds - 1, size=n_draws)


@dataclass(frozen=True, slots=True)
class SeedEffects:
    """What the seeds of a table's rows may have added, draw by draw.

    Attributes:
        draws: ``(k, n_draws)``; zeros of a row of one run.
        errors: ``(k,)``, the standard errors of the means over seeds.
        degrees: ``(k,)``, the seeds of each row less one; 1 of a row of one run.
    """

    draws: Array
    errors: Array
    degrees: Rows

    @staticmethod
    def of(seeds: Sequence[SeedNoise | None], n_draws: int) -> SeedEffects | None:
        """Draw the effects of each row on its own; None where no row has several seeds."""
        if not any(seeds):
            return None
        draws = [
            noise.draw(np.random.default_rng([_SEED, row]), n_draws) if noise else np.zeros(n_draws)
            for row, noise in enumerate(seeds)
        ]
        return SeedEffects(
            np.stack(draws),
            np.array([noise.error if noise else 0.0 for noise in seeds]),
            np.array([noise.n_seeds - 1 if noise else 1 for noise in seeds]),
        )

    def of_pair(self, first: int, second: int) -> Array:
        """Give the effects on a difference of two rows: ``(n_draws,)``."""
        drawn: Array = self.draws[first] - self.draws[second]
        return drawn

    def spread_again(self, rng: np.random.Generator, n_draws: int) -> Array:
        """Draw the squared errors that other seeds of as many would show: ``(k, n_draws)``."""
        degrees = self.degrees[:, np.newaxis]
        drawn: Array = rng.f(degrees, degrees, size=(len(degrees), n_draws))
        return drawn * self.errors[:, np.newaxis] ** 2


@dataclass(frozen=True, slots=True)
class SeedSpread:
    """One system trained or sampled with several seeds.

    Attributes:
        values: the corpus value of each seed.
        mean: over the seeds.
        deviation: sample standard deviation over the seeds; None for one seed.
        low, high: interval of the mean, over draws of the clips and what other seeds may add; of
            one seed over draws of the clips alone.
    """

    values: tuple[float, ...]
    mean: float
    deviation: float | None
    low: float
    high: float


def spread_over_seeds(
    samples: Sequence[Sample],
    *,
    level: float = LEVEL,
    n_draws: int = N_DRAWS,
    clusters: Clusters | None = None,
) -> SeedSpread:
    """Describe a system by both of its sources of chance: seeds and clips.

    Args:
        samples: one a seed, of the same metric and clips.
        level: of the interval.
        n_draws: bootstrap draws.
        clusters: the cluster of each clip; whole clusters are drawn.

    Raises:
        ValueError: there are no samples, or they are not of the same clips.
    """
    values = tuple(sample.value for sample in samples)
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
    joined = _average(samples)
    low, high = interval_of(joined, level=level, n_draws=n_draws, clusters=clusters) or (
        joined.value,
        joined.value,
    )
    if deviation:
        # The tails of few seeds are long: each draw of the clips meets several of the seeds.
        means = np.tile(draws_of(joined, n_draws, clusters), _SEEDS_A_DRAW)
        means += SeedNoise(deviation, len(values)).draw(np.random.default_rng(_SEED), len(means))
        low, high = percentile_interval(means, level)
    return SeedSpread(values, float(np.mean(values)), deviation, low, high)


def _average(samples: Sequence[Sample]) -> Sample:
    """Join the samples of several seeds to that of their mean."""
    require_same_clips(samples)
    ends = np.cumsum([sample.statistics.shape[1] for sample in samples])[:-1]

    def value(sums: Array) -> Array:
        parts = np.split(sums, ends, axis=-1)
        each = [sample.aggregate(part) for sample, part in zip(samples, parts, strict=True)]
        means: Array = np.mean(each, axis=0)
        return means

    statistics = np.concatenate([sample.statistics for sample in samples], axis=1)
    return Sample(statistics, value, samples[0].bounds)
