"""What `bench compare` promises: two families of 5 %, intervals that hold at once, one verdict.

Clips are those of real systems, drawn with replacement: what they are worth together is the truth.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from benchmark.leaderboard.against import hold_against
from benchmark.leaderboard.comparison import compare_systems
from benchmark.leaderboard.matrix import compare_rows
from benchmark.leaderboard.ranking import rank_rows
from benchmark.leaderboard.rows import Row
from benchmark.leaderboard.tiers import compare_ranked
from benchmark.metrics.contributions import Contributions
from benchmark.runs.pairs import SystemPair
from benchmark.runs.reading import read_run
from benchmark.stats import correct_holm
from benchmark.stats.power import Rate

BASELINE = Path(__file__).parents[2] / "leaderboards" / "baselines" / "soundscapes-test.json"
KEYS = ("cider_d", "rouge_l", "sbert_sim", "bert_score.f1")  # means, which are quick
NAMES = ("gpt2-guid", "wsac-pd", "wsac-nnd", "wsac", "wsac-es", "wsac-ni")
CALLED = ("A better", "B better", "better", "worse")
N_CLIPS = 120


@pytest.fixture(scope="module")
def systems():
    return [read_run(BASELINE).system(name) for name in NAMES]


def scored(system, arrays):
    """A system with other clips, and with the values that these make."""
    ids = tuple(f"clip-{number:03d}" for number in range(next(iter(arrays.values())).shape[1]))
    made = Contributions(ids, arrays)
    cells = {
        key: dataclasses.replace(system.scores.metrics[key], value=made.sample(key).value)
        for key in arrays
    }
    return dataclasses.replace(
        system,
        contributions=made,
        scores=dataclasses.replace(system.scores, metrics=cells),
    )


def drawn(systems, rng, keys):
    rows = rng.integers(0, N_CLIPS, N_CLIPS)
    return [
        scored(system, {key: system.contributions.arrays[key][:, rows] for key in keys})
        for system in systems
    ]


def equal_pair(systems, rng):
    """Two systems of equal worth: whose captions a clip has is tossed."""
    one, other = drawn(systems[:2], rng, KEYS)
    toss = rng.random(N_CLIPS)[np.newaxis, :, np.newaxis] < 0.5
    mine, theirs = one.contributions.arrays, other.contributions.arrays
    return SystemPair.match(
        scored(one, {key: np.where(toss, mine[key], theirs[key]) for key in KEYS}),
        scored(other, {key: np.where(toss, theirs[key], mine[key]) for key in KEYS}),
    )


def test_of_equal_systems_each_family_calls_one_in_twenty(systems, n_trials, tell):
    rng = np.random.default_rng(0)
    n = n_trials(12, 2000)
    by_primary = by_others = by_one_family = 0
    for _ in range(n):
        primary, *others = compare_systems(equal_pair(systems, rng), n_draws=999).metrics
        by_primary += primary.verdict in CALLED
        by_others += any(metric.verdict in CALLED for metric in others)
        p_values = [metric.tested.p for metric in (primary, *others)]
        by_one_family += min(correct_holm(p_values)) <= 0.05
    for what, n_hits in (
        ("by the primary metric", by_primary),
        ("by any of three others", by_others),
        ("by any of four as one family (before)", by_one_family),
    ):
        rate = Rate(n_hits, n)
        tell(f"compare, equal systems, {N_CLIPS} clips, called different {what}", rate)
        assert rate.value <= 0.05 + 4 * max(rate.error, np.sqrt(0.05 * 0.95 / n))


def test_the_table_and_the_comparison_of_two_rows_never_say_the_opposite(systems, n_trials, tell):
    rng = np.random.default_rng(1)
    n = n_trials(8, 2000)
    opposite = opposite_before = 0
    for _ in range(n):
        one, other = drawn((systems[0], systems[1]), rng, KEYS)
        metrics = compare_systems(SystemPair.match(one, other), n_draws=999).metrics
        is_told = metrics[0].verdict in CALLED
        ranked = compare_ranked(rank_rows([Row.of(one), Row.of(other)]), n_draws=999)
        assert metrics[0].key == "cider_d"
        opposite += is_told != (ranked.tiers == [1, 2])
        corrected = correct_holm([metric.tested.p for metric in metrics])
        opposite_before += (corrected[0] <= 0.05) != (metrics[0].tested.p <= 0.05)
    tell("compare, table and comparison of two rows say the opposite", Rate(opposite, n))
    tell("compare, the same with all metrics as one family (before)", Rate(opposite_before, n))
    assert opposite == 0


@pytest.mark.parametrize(("n_rows", "n_short"), [(3, 15), (6, 10)])
def test_intervals_of_a_matrix_hold_all_differences_at_once(
    systems, n_rows, n_short, n_trials, tell
):
    rng = np.random.default_rng(2)
    n = n_trials(n_short, 2000)
    truth = {system.name: system.value("cider_d") for system in systems}
    all_pairs = one_by_one = against_one = 0
    for _ in range(n):
        rows = [Row.of(system) for system in drawn(systems[:n_rows], rng, ("cider_d",))]
        held = [
            pair.low <= truth[one.name] - truth[other.name] <= pair.high
            for one, other, pair in compare_rows(rows, n_draws=499).pairs()
        ]
        all_pairs += all(held)
        one_by_one += held[0]
        against = hold_against(rank_rows(rows), NAMES[0], n_draws=499)
        against_one += all(
            pair.low <= truth[against.standing.rows[place].name] - truth[NAMES[0]] <= pair.high
            for place, pair in against.held.items()
        )
    for what, n_hits in (
        ("all pairs at once", all_pairs),
        ("all rows against one", against_one),
        ("one of these pairs", one_by_one),
    ):
        rate = Rate(n_hits, n)
        tell(f"compare, intervals of {n_rows} rows hold {what}", rate)
        assert rate.value >= 0.95 - 4 * max(rate.error, np.sqrt(0.05 * 0.95 / n)) - 0.01
