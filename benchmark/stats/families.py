"""Many tests at once: corrected p-values, and rows of a table that cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmark.stats.draws import N_TEST_DRAWS
from benchmark.stats.intervals import LEVEL
from benchmark.stats.paired import paired_p_values
from benchmark.stats.samples import Clusters, Sample, over_shared


def correct_holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for being a family (Holm 1979).

    Returns:
        Adjusted p-values in the same order. Calling those at or below a level wrongly calls any
        one with a chance of that level at most, however the tests depend on each other.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(stepped, 1.0)
    return [float(value) for value in adjusted]


def find_tiers(
    samples: Sequence[Sample],
    *,
    level: float = LEVEL,
    n_draws: int = N_TEST_DRAWS,
    clusters: Clusters | None = None,
) -> list[int]:
    """Sort the rows of a table, best first, into tiers that can be told apart.

    The best row without a tier leads a new one. It is compared with every other row without a
    tier by approximate randomisation, the p-values are corrected by Holm as one family, and the
    rows that do not differ from it (``p > 1 - level``) join it. This goes on until every row has
    a tier. So a row of a later tier differs from the leaders of all earlier ones; two rows of
    one tier do not differ from its leader, which does not say that they equal each other.

    Args:
        samples: one a row, best first, of the same metric and clips. Two rows are tested on the
            clips that have a value in both.
        level: 1 less the chance that a leader is set apart from any row that equals it.
        n_draws: rounds of swaps.
        clusters: the cluster of each clip; whole clusters are swapped.

    Returns:
        The tier of each row; the first is 1. Tiers need not rise along the table: a row with
        noisier captions may join a leader that a better row differs from.

    Raises:
        ValueError: the samples are not of the same clips.
    """
    tiers = [0] * len(samples)
    tier = 0
    while 0 in tiers:
        tier += 1
        leader, *others = (row for row, found in enumerate(tiers) if found == 0)
        tiers[leader] = tier
        pairs = [over_shared(samples[leader], samples[other]) for other in others]
        p_values = correct_holm(paired_p_values(pairs, n_draws, clusters))
        for other, p in zip(others, p_values, strict=True):
            if p > 1 - level:
                tiers[other] = tier
    return tiers
