"""One system trained or sampled with several seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.stats.draws import N_DRAWS, resample
from benchmark.stats.intervals import LEVEL, percentile_interval
from benchmark.stats.samples import Clusters, Sample


@dataclass(frozen=True, slots=True)
class SeedSpread:
    """One system trained or sampled with several seeds.

    Attributes:
        values: the corpus value of each seed.
        mean: over the seeds.
        deviation: sample standard deviation over the seeds; None for one seed.
        low, high: interval of the mean over draws of the clips, the seeds being as they are.
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
        level: of the interval over clips.
        n_draws: bootstrap draws.
        clusters: the cluster of each clip; whole clusters are drawn.

    Raises:
        ValueError: there are no samples, or they are not of the same clips.
    """
    values = tuple(sample.value for sample in samples)
    means = resample(samples, n_draws, clusters).mean(axis=0)
    low, high = percentile_interval(means, level)
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return SeedSpread(values, float(np.mean(values)), deviation, low, high)
