"""Intervals, paired tests, corrections, power and steps. Knows numbers, not captions."""

from benchmark.stats.draws import (
    N_DRAWS,
    N_TEST_DRAWS,
    bootstrap_means,
    draw_counts,
    randomise,
    resample,
)
from benchmark.stats.intervals import LEVEL, percentile_interval
from benchmark.stats.samples import Sample

__all__ = [
    "LEVEL",
    "N_DRAWS",
    "N_TEST_DRAWS",
    "Sample",
    "bootstrap_means",
    "draw_counts",
    "percentile_interval",
    "randomise",
    "resample",
]
