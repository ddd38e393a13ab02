"""Simulated nights of real systems: which are red, which green, which cannot be told.

The systems are the thirteen of the quickstart's line-up on 120 clips, by what each clip adds to
their CIDEr-D. A redrawn caption counts as the same system's caption of another clip does. A loss
is one of these clips: captions become as bad as those of the system's worst quarter, one after the
other, until so much is lost.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from benchmark.gate.drops import HeldDrop, judge_drops
from benchmark.gate.held import HeldRun
from benchmark.gate.judgement import judge_run
from benchmark.gate.pairs import MetricPair
from benchmark.gate.policy import read_policy
from benchmark.runs.acceptance import Acceptance, KeptNight
from benchmark.runs.reading import read_run
from benchmark.stats.nights import Limit, judge_fall
from benchmark.stats.power import Rate
from benchmark.stats.samples import Sample
from benchmark.stats.shuffled_nights import shuffle_nights

BASELINE = Path(__file__).parents[2] / "leaderboards" / "baselines" / "soundscapes-test.json"
KEY, ALPHA, LIMIT = "cider_d", 0.01, Limit(share=0.02)
COLOURS = {"fail": "red", "pass": "green", "inconclusive": "inconclusive"}


@cache
def scores():
    """By system what each clip scored."""
    systems = read_run(BASELINE).systems
    return {name: system.contributions.per_clip(KEY) for name, system in systems.items()}


def redraw(rng, values, share):
    """Let a share of the captions count as those of other clips do."""
    chosen = rng.random(len(values)) < share
    return np.where(chosen, values[rng.integers(0, len(values), len(values))], values)


def spoil(rng, values, loss):
    """Let captions be as bad as the worst quarter, until the loss is reached on these clips."""
    spoiled, left = values.copy(), loss * values.sum()
    worst = np.sort(values)[: len(values) // 4]
    for at in rng.permutation(len(values)):
        cost = values[at] - rng.choice(worst)
        if left > 0 and cost > 0:
            spoiled[at] -= min(cost, left)
            left -= cost
    return spoiled


def judge_night(rng, n_nights, redrawn, loss=0.0, victim=None, together=0.0):
    """Draw accepted nights and one to judge of every system, and judge their drops."""

    def draw(name, loss=0.0):
        values = redraw(rng, scores()[name], redrawn) * (1 + together * rng.normal())
        return Sample.of_mean(spoil(rng, values, loss) if loss else values)

    drops = []
    for name in scores():
        nights = tuple(draw(name) for _ in range(n_nights))
        now = draw(name, loss if name == victim else 0.0)
        drops.append(HeldDrop.of(MetricPair(name, KEY, nights, now), LIMIT, decides=True))
    return judge_drops(drops, ALPHA)


def colour(checks, victim=None):
    """Tell the colour of a night, or of one system in it."""
    statuses = {check.status for check in checks if victim in (None, check.system)}
    return COLOURS[next((s for s in ("fail", "inconclusive") if s in statuses), "pass")]


def count(seed, n, n_nights, redrawn, loss=0.0, together=0.0):
    """Count the colours of ``n`` nights; each system in turn is the one that got worse."""
    rng, colours, names = np.random.default_rng(seed), Counter(), list(scores())
    for at in range(n):
        victim = names[at % len(names)] if loss else None
        checks = judge_night(rng, n_nights, redrawn, loss, victim, together)
        colours[colour(checks, victim)] += 1
    return {name: Rate(colours[name], n) for name in COLOURS.values()}


def tell_all(tell, what, rates):
    for name, rate in rates.items():
        tell(f"{what}: {name}", rate)


def at_most(rate, share):
    """Tell whether a rate is no more than promised, within four standard errors."""
    return rate.value <= share + 4 * (share * (1 - share) / rate.n_trials) ** 0.5


@pytest.mark.parametrize("n_nights", [1, 3, 5])
@pytest.mark.parametrize("redrawn", [0.003, 0.02, 0.1, 0.3])
def test_an_unchanged_night_is_red_in_one_of_a_hundred_at_most(redrawn, n_nights, n_trials, tell):
    rates = count(1, n_trials(3, 500), n_nights, redrawn)
    tell_all(tell, f"unchanged, {redrawn:.1%} redrawn, {n_nights} accepted", rates)
    assert at_most(rates["red"], 0.01)
    if n_nights > 1 and redrawn >= 0.02:
        assert at_most(rates["inconclusive"], 0.05)


@pytest.mark.parametrize("n_nights", [1, 3, 5])
@pytest.mark.parametrize("redrawn", [0.0, 0.1])
@pytest.mark.parametrize("loss", [0.03, 0.05, 0.08, 0.13, 0.3])
def test_a_loss_is_red_where_nights_show_that_it_is_no_chance(
    loss, redrawn, n_nights, n_trials, tell
):
    rates = count(2, n_trials(1, 500), n_nights, redrawn, loss)
    tell_all(tell, f"loss of {loss:.0%}, {redrawn:.0%} redrawn, {n_nights} accepted", rates)
    if not redrawn:
        assert rates["green"].n_hits == 0
    if not redrawn and n_nights == 5 and loss >= 0.05:
        assert at_most(rates["inconclusive"], 0.05)


@pytest.mark.parametrize("n_nights", [3, 5])
def test_models_that_are_trained_anew_are_red_in_few_nights(n_nights, n_trials, tell):
    rates = count(3, n_trials(2, 500), n_nights, 0.1, together=0.03)
    tell_all(tell, f"unchanged, 10% redrawn, all clips by 3 %, {n_nights} accepted", rates)
    assert at_most(rates["red"], 0.02)


@pytest.mark.parametrize("n_nights", [3])
def test_a_crashed_system_and_half_the_clips_are_red(n_nights, tell):
    """Whatever the accepted nights show: they are no matter of chance."""
    run = read_run(BASELINE)
    kept = tuple(KeptNight(f"night {at}", "2026-01-01", None, {}) for at in range(n_nights - 1))
    accepted = Acceptance("2026-01-01", "simulated", 1, run.content_id, nights=kept)
    baseline = dataclasses.replace(run, acceptance=accepted)
    for what, change in (("a system crashed", crash), ("half the clips", halve)):
        systems = {name: change(system) for name, system in run.systems.items()}
        night = HeldRun(dataclasses.replace(run, systems=systems), baseline)
        is_red = judge_run(night, read_policy(None)).outcome == "fail"
        tell(f"{what}, {n_nights} accepted: red", Rate(int(is_red), 1))
        assert is_red


def crash(system):
    if system.name != "wsac":
        return system
    sealed = dataclasses.replace(system.sealed, failure="at clip 'x'")
    return dataclasses.replace(system, sealed=sealed)


def halve(system):
    captions = {clip: system.captions[clip] for clip in list(system.captions)[::2]}
    return dataclasses.replace(system, captions=captions)


@pytest.mark.parametrize(("drop", "red"), [(0.015, 0.01), (0.019, 0.01), (0.025, 1.0)])
def test_a_drop_within_the_limit_is_not_called_beyond_it(drop, red, n_trials, tell):
    """1,045 clips of one accepted night, the drop true of all clips that there might be."""
    rng, n = np.random.default_rng(5), n_trials(20, 2000)
    rows = scores()["top1-bertscore"]
    n_hits = 0
    for _ in range(n):
        before = rows[rng.integers(0, len(rows), 1045)]
        now = np.where(rng.random(1045) < drop, 0.0, before)
        nights, tonight = [Sample.of_mean(before)], Sample.of_mean(now)
        fall = judge_fall(nights, tonight, LIMIT, higher_is_better=True)
        if fall.p_value <= ALPHA:
            shuffled = shuffle_nights(nights, tonight, higher_is_better=True, alpha=ALPHA)
            n_hits += shuffled <= ALPHA
    rate = Rate(n_hits, n)
    tell(f"a true drop of {drop:.1%}, limit 2 %, 1,045 clips, one accepted: red", rate)
    assert at_most(rate, red)
