"""Intervals, paired tests, corrections, power and steps. Knows numbers, not captions."""

from benchmark.stats.draws import (
    N_DRAWS,
    N_TEST_DRAWS,
    draw_counts,
    randomise,
    resample,
)
from benchmark.stats.families import AllPairs, compare_all, correct_holm, find_tiers
from benchmark.stats.intervals import (
    FEW_UNITS,
    LEVEL,
    NonInferiority,
    interval_of,
    judge_non_inferiority,
    percentile_interval,
    resolvable_gap,
)
from benchmark.stats.paired import PairedResult, compare_pairs, paired_p_values
from benchmark.stats.samples import Sample
from benchmark.stats.seeds import SeedSpread, spread_over_seeds
from benchmark.stats.steps import Step, detect_steps

__all__ = [
    "FEW_UNITS",
    "LEVEL",
    "N_DRAWS",
    "N_TEST_DRAWS",
    "AllPairs",
    "NonInferiority",
    "PairedResult",
    "Sample",
    "SeedSpread",
    "Step",
    "compare_all",
    "compare_pairs",
    "correct_holm",
    "detect_steps",
    "draw_counts",
    "find_tiers",
    "interval_of",
    "judge_non_inferiority",
    "paired_p_values",
    "percentile_interval",
    "randomise",
    "resample",
    "resolvable_gap",
    "spread_over_seeds",
]
