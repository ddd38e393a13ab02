"""Clips of one cluster are alike: intervals and tests that take whole clusters keep their promise.

Each clip's value has the distribution of real CIDEr-D, and half of what it varies by is shared
with the other clips of its cluster (a Gaussian copula of intra-class correlation .5). Clusters are
of 2 to 8 clips. Rows are drawn alike, so that all equal each other.
"""

from __future__ import annotations

import numpy as np
import pytest
from equal_rows import SOUNDSCAPES, cider_values, ranked
from scipy.stats import norm

from benchmark.stats import Sample, compare_all, paired_p_values
from benchmark.stats.intervals import interval_of
from benchmark.stats.power import Rate

CORRELATION = 0.5


def values_of_clusters(rng, n_rows, n_clusters):
    """Draw ``(n_rows, n_clips)`` values, and the cluster of each clip."""
    clusters = np.repeat(np.arange(n_clusters), rng.integers(2, 9, n_clusters))
    shared = rng.normal(size=(n_rows, n_clusters))[:, clusters]
    own = rng.normal(size=shared.shape)
    normal = np.sqrt(CORRELATION) * shared + np.sqrt(1 - CORRELATION) * own
    real = np.sort(cider_values(SOUNDSCAPES), axis=None)
    rows = np.minimum((norm.cdf(normal) * real.size).astype(int), real.size - 1)
    return real[rows], clusters


def promised(rate, share):
    """Whether a rate is within four standard errors of what is promised."""
    return abs(rate.value - share) <= 4 * np.sqrt(share * (1 - share) / rate.n_trials)


def tell_both(tell, what, hits, n):
    """Tell what comes of whole clusters and of clips one by one, and return both rates."""
    clustered, alone = (Rate(int(each), n) for each in hits)
    tell(f"{what}, whole clusters", clustered)
    tell(f"{what}, clip by clip", alone)
    return clustered, alone


@pytest.mark.parametrize("n_clusters", [12, 24, 150])
def test_an_interval_of_whole_clusters_covers_the_value_of_all_clips(n_trials, tell, n_clusters):
    rng = np.random.default_rng([1, n_clusters])
    n, hits = n_trials(20 + 480 // n_clusters, 2000), np.zeros(2)
    true = cider_values(SOUNDSCAPES).mean()
    for _ in range(n):
        (values,), clusters = values_of_clusters(rng, 1, n_clusters)
        for way, given in enumerate((clusters, None)):
            found = interval_of(Sample.of_mean(values), n_draws=500, clusters=given)
            hits[way] += found.low <= true <= found.high
    what = f"{n_clusters} clusters, intervals that hold the truth"
    clustered, alone = tell_both(tell, what, hits, n)
    # Few clusters of skew values cover some per cent less, as few clips do.
    assert clustered.value >= 0.92 - 4 * np.sqrt(0.92 * 0.08 / n)
    assert alone.value < clustered.value


@pytest.mark.parametrize("n_clusters", [12, 24, 150])
def test_equal_systems_differ_in_one_case_of_twenty(n_trials, tell, n_clusters):
    rng = np.random.default_rng([2, n_clusters])
    n, hits = n_trials(100, 4000), np.zeros(2)
    for _ in range(n):
        values, clusters = values_of_clusters(rng, 2, n_clusters)
        pair = [(Sample.of_mean(values[0]), Sample.of_mean(values[1]))]
        for way, given in enumerate((clusters, None)):
            hits[way] += paired_p_values(pair, 199, given)[0] <= 0.05
    what = f"{n_clusters} clusters, two equal systems called different"
    clustered, alone = tell_both(tell, what, hits, n)
    assert promised(clustered, 0.05)
    assert alone.value > clustered.value


def test_equal_rows_of_a_table_differ_in_five_tables_of_a_hundred(n_trials, tell):
    rng = np.random.default_rng(3)
    n, hits = n_trials(50, 2000), np.zeros(2)
    for _ in range(n):
        values, clusters = values_of_clusters(rng, 5, 24)
        for way, given in enumerate((clusters, None)):
            pairs = compare_all(ranked(values), n_draws=199, clusters=given)
            hits[way] += (pairs.p_values <= 0.05).any()
    what = "24 clusters, 5 equal rows, tables in which any two differ"
    clustered, alone = tell_both(tell, what, hits, n)
    assert promised(clustered, 0.05)
    assert alone.value > clustered.value
