"""The way to human lies within its interval in 95 of a hundred cases, also on few clips."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.stats import Sample, resample
from benchmark.stats.power import Rate
from benchmark.stats.ratios import ratio_interval


@pytest.mark.parametrize(("n_clips", "low", "high"), [(10, 0.88, 0.99), (120, 0.93, 0.97)])
def test_the_way_to_human_is_covered(n_trials, tell, n_clips, low, high):
    """Skewed values that rows share, as CIDEr-D's are; the true way is one half."""
    rng = np.random.default_rng(n_clips)
    n = n_trials(150, 4000)
    hits = unbounded = 0
    for _ in range(n):
        shared = rng.gamma(0.8, size=n_clips)
        floor, row, human = (
            scale * (shared + rng.gamma(0.8, size=n_clips)) for scale in (0.1, 0.5, 0.9)
        )
        draws = resample([Sample.of_mean(row - floor), Sample.of_mean(human - floor)], 500)
        found = ratio_interval(
            float((row - floor).mean()), float((human - floor).mean()), np.cov(draws), n_clips
        )
        unbounded += found is None
        hits += found is None or found[0] <= 0.5 <= found[1]
    rate = Rate(hits, n)
    tell(f"way to human covered, {n_clips} clips ({unbounded} of {n} without bounds)", rate)
    assert low - 4 * rate.error <= rate.value <= high + 4 * rate.error
