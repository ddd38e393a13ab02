"""Judge whether captions are as good as they were.

A drop is judged over the clips that both runs scored. Beyond ``max_drop`` it fails if it is real,
that is if approximate randomisation of the paired clips tells it from no drop; all drops of a
night are one family for that (Holm), so that many metrics do not make many false alarms. A drop
beyond the limit that cannot be told from noise is inconclusive, never a pass.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.gate.checks import Check, Status, in_percent, is_beyond, used_share
from benchmark.gate.held import HeldRun
from benchmark.gate.pairs import (
    MetricPair,
    has_value,
    why_incomparable,
    why_missing,
)
from benchmark.gate.policy import Limits, MetricRule, Policy
from benchmark.metrics.catalogue import list_rankable
from benchmark.runs.pairs import SystemPair
from benchmark.runs.record import SystemRecord
from benchmark.stats.families import correct_holm
from benchmark.stats.intervals import Finding, judge_non_inferiority
from benchmark.stats.paired import paired_p_values

N_DRAWS = 100_000
"""Rounds of swaps: p-values go down to one over this, which a large family needs."""

N_BOUND_DRAWS = 10_000
"""Bootstrap draws of a bound."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """A pair, and the limits of its metric."""

    pair: MetricPair
    rule: MetricRule


def judge_quality(night: HeldRun, policy: Policy) -> list[Check]:
    """Judge the metrics of systems that have scored clips in the run.

    Every metric that the baseline has or the policy bounds must be in the run; where the baseline
    has it too, it must have been made in the same way. Fewer than two common clips tell nothing.
    """
    checks: list[Check] = []
    judged: list[_Judged] = []
    for system in night.scored:
        limits, pair = policy.limits(system.name), night.pairs.get(system.name)
        checks += _judge_alone(system, pair, limits)
        keys = [key for key in list_rankable() if pair is not None and _compares(pair, key)]
        if pair is not None and pair.n_clips > 1:
            pairs = [MetricPair.of(pair, key) for key in keys]
            judged += [_Judged(each, limits.metric(each.key)) for each in pairs]
        elif pair is not None and any(limits.metric(key).needs_baseline for key in keys):
            reason = f"clips scored in both runs: {pair.n_clips}, too few to compare"
            checks.append(Check(system.name, "quality", "", "inconclusive", reason))
    return checks + _judge_drops(judged, policy.alpha) + _judge_margins(judged, policy.alpha)


def _compares(pair: SystemPair, key: str) -> bool:
    """Tell whether both runs have a metric, made in the same way."""
    has_both = has_value(pair.first, key) and has_value(pair.second, key)
    return has_both and why_incomparable(pair, key) is None


def _judge_alone(system: SystemRecord, pair: SystemPair | None, limits: Limits) -> list[Check]:
    """Judge what needs no test: that metrics are there, as they were made, within bounds."""
    checks: list[Check] = []
    for key in list_rankable():
        rule = limits.metric(key)
        was_there = pair is not None and has_value(pair.first, key)
        missing = why_missing(system, key)
        if missing is None:
            checks += _judge_bounds(system, key, rule)
        elif was_there or rule.needs_value:
            checks.append(Check(system.name, key, "", "fail", missing))
        if pair is None or missing is not None or not was_there:
            continue
        if incomparable := why_incomparable(pair, key):
            checks.append(Check(system.name, key, "", "fail", incomparable))
    return checks


def _judge_bounds(system: SystemRecord, key: str, rule: MetricRule) -> list[Check]:
    """Judge a metric by limits that know no baseline."""
    value = system.value(key)
    checks = []
    if value is not None and rule.min is not None:
        limit = f">= {rule.min:g}"
        checks.append(_bounded(system.name, key, value, limit, value >= rule.min))
    if value is not None and rule.max is not None:
        limit = f"<= {rule.max:g}"
        checks.append(_bounded(system.name, key, value, limit, value <= rule.max))
    return checks


def _bounded(system_name: str, key: str, value: float, limit: str, is_within: bool) -> Check:
    status: Status = "pass" if is_within else "fail"
    used = 0.0 if is_within else None
    return Check(system_name, key, limit, status, f"is {value:.4f}", run=value, used=used)


def _judge_drops(judged: Sequence[_Judged], alpha: float) -> list[Check]:
    """Judge drops from the baseline; all of them are one family of tests."""
    limited = [(one.pair, one.rule.max_drop) for one in judged if one.rule.max_drop is not None]
    beyond = [pair for pair, limit in limited if is_beyond(pair.drop, limit)]
    # Drops within the limit enter as if they were noise for certain: that spares their tests,
    # and can only make the others' corrected p-values larger.
    corrected = correct_holm([*_p_values(beyond), *[1.0] * (len(limited) - len(beyond))])
    p_of = {pair.name: p for pair, p in zip(beyond, corrected, strict=False)}
    return [_drop(pair, limit, p_of.get(pair.name), alpha) for pair, limit in limited]


def _p_values(pairs: Sequence[MetricPair]) -> list[float]:
    """Test pairs, those of one system together: they are of the same clips."""
    p_values: list[float] = []
    for _, of_system in itertools.groupby(pairs, key=lambda pair: pair.system_name):
        p_values += paired_p_values([pair.better_first for pair in of_system], N_DRAWS)
    return p_values


def _drop(pair: MetricPair, limit: float, p: float | None, alpha: float) -> Check:
    """Judge one drop; ``p`` is None within the limit."""
    status: Status = "pass" if p is None else "fail" if p <= alpha else "inconclusive"
    word = "worse" if pair.loss > 0 else "better"
    share, loss = abs(pair.drop), abs(pair.loss)
    size = f"{100 * share:.2f} % {word}" if not pair.is_of_nothing else f"{word} by {loss:.4f}"
    reason = size if pair.drop else "the same"
    if p is not None:
        reason += f", corrected p {p:.2g}" + (": may be noise" if p > alpha else "")
    return Check(
        pair.system_name,
        pair.key,
        f"drop <= {in_percent(limit)}",
        status,
        reason,
        baseline=pair.before.value,
        run=pair.now.value,
        used=used_share(pair.drop, limit),
    )


def _judge_margins(judged: Sequence[_Judged], alpha: float) -> list[Check]:
    return [
        _margin(one.pair, one.rule.margin, alpha) for one in judged if one.rule.margin is not None
    ]


def _margin(pair: MetricPair, margin: float, alpha: float) -> Check:
    """Judge non-inferiority: the bound of the loss must lie below the margin."""
    first, second = pair.better_first
    bounds = judge_non_inferiority(second, first, margin, level=1 - alpha, n_draws=N_BOUND_DRAWS)
    statuses: dict[Finding, Status] = {
        "shown": "pass",
        "refuted": "fail",
        "undecided": "inconclusive",
    }
    return Check(
        pair.system_name,
        pair.key,
        f"worse by < {margin:.4g}",
        statuses[bounds.finding],
        f"worse by {pair.loss:.4f}, from {-bounds.high:.4f} to {-bounds.low:.4f}",
        baseline=pair.before.value,
        run=pair.now.value,
        used=used_share(-bounds.low, margin),
    )
