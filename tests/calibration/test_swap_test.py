"""The swap test calls two systems different that are not in five of a hundred cases, no more."""

from __future__ import annotations

import numpy as np

from benchmark.stats.paired import paired_p_values
from benchmark.stats.power import Rate
from benchmark.stats.samples import Sample


def test_approximate_randomisation_errs_in_one_case_of_twenty(n_trials, tell):
    rng = np.random.default_rng(0)
    n = n_trials(200, 4000)
    hits = 0
    for _ in range(n):
        shared = rng.gamma(0.8, size=120)
        pair = [Sample.of_mean(shared + rng.gamma(0.5, size=120)) for _ in range(2)]
        hits += paired_p_values([(pair[0], pair[1])], 999)[0] <= 0.05
    rate = Rate(hits, n)
    tell("swap test, 120 clips, equal systems called different", rate)
    assert abs(rate.value - 0.05) <= 4 * rate.error
