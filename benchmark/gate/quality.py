"""Are the captions as good as they were?

A drop is judged over the clips that both runs scored. Beyond ``max_drop`` it fails if it is real,
that is if approximate randomisation of the paired clips tells it from no drop; all drops of a
night are one family for that (Holm), so that many metrics do not make many false alarms. A drop
beyond the limit that cannot be told from noise is inconclusive, never a pass.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.gate.checks import Check, Status, in_percent, used_share
from benchmark.gate.pairs import (
    Pair,
    cell_of,
    find_common_clips,
    has_value,
    pair_up,
    why_incomparable,
    why_missing,
)
from benchmark.gate.policy import Limits, MetricRule, Policy
from benchmark.metrics.catalogue import METRICS
from benchmark.runs.record import RunRecord
from benchmark.stats.families import correct_holm
from benchmark.stats.intervals import Finding, judge_non_inferiority
from benchmark.stats.paired import paired_p_values

N_DRAWS = 100_000
"""Rounds of swaps: p-values go down to one over this, which a large family needs."""

N_BOUND_DRAWS = 10_000
"""Bootstrap draws of a bound."""

JUDGED = tuple(key for key, metric in METRICS.items() if metric.higher_is_better is not None)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A pair and what it is held to."""

    pair: Pair
    rule: MetricRule


def judge_quality(
    run: RunRecord, baseline: RunRecord, systems: Sequence[str], policy: Policy
) -> list[Check]:
    """Judge the metrics of systems that have scored clips in the run.

    Every metric that the baseline has or the policy bounds must be in the run; where the baseline
    has it too, it must have been made in the same way. Fewer than two common clips tell nothing.
    """
    checks: list[Check] = []
    judged: list[_Judged] = []
    for system in systems:
        limits = policy.limits(system)
        alone, keys = _judge_alone(run, baseline, system, limits)
        checks += alone
        clips = find_common_clips(run, baseline, system)
        n_clips = len(clips.clip_ids)
        if n_clips > 1:
            pairs = [pair_up(run, baseline, system, key, clips) for key in keys]
            judged += [_Judged(pair, limits.metric(pair.key)) for pair in pairs]
        elif any(limits.metric(key).needs_baseline for key in keys):
            reason = f"clips scored in both runs: {n_clips}, too few to compare"
            checks.append(Check(system, "quality", "", "inconclusive", reason))
    return checks + _judge_drops(judged, policy.alpha) + _judge_margins(judged, policy.alpha)


def _judge_alone(
    run: RunRecord, baseline: RunRecord, system: str, limits: Limits
) -> tuple[list[Check], list[str]]:
    """Judge what needs no test; also list the metrics that compare with the baseline's."""
    checks: list[Check] = []
    keys: list[str] = []
    for key in JUDGED:
        rule, was_there = limits.metric(key), has_value(baseline, system, key)
        missing = why_missing(run, system, key)
        if missing is None:
            checks += _judge_bounds(run, system, key, rule)
        elif was_there or rule.needs_value:
            checks.append(Check(system, key, "", "fail", missing))
        if missing is not None or not was_there:
            continue
        incomparable = why_incomparable(run, baseline, system, key)
        if incomparable is None:
            keys.append(key)
        else:
            checks.append(Check(system, key, "", "fail", incomparable))
    return checks, keys


def _judge_bounds(run: RunRecord, system: str, key: str, rule: MetricRule) -> list[Check]:
    """Hold a metric against a limit that knows no baseline."""
    cell = cell_of(run, system, key)
    value = cell["value"] if cell else None
    checks = []
    if value is not None and rule.min is not None:
        checks.append(_bounded(system, key, value, f">= {rule.min:g}", value >= rule.min))
    if value is not None and rule.max is not None:
        checks.append(_bounded(system, key, value, f"<= {rule.max:g}", value <= rule.max))
    return checks


def _bounded(system: str, key: str, value: float, limit: str, is_within: bool) -> Check:
    status: Status = "pass" if is_within else "fail"
    used = 0.0 if is_within else None
    return Check(system, key, limit, status, f"is {value:.4f}", run=value, used=used)


def _judge_drops(judged: Sequence[_Judged], alpha: float) -> list[Check]:
    """Hold metrics against the baseline's; all of them are one family of tests."""
    held = [(one.pair, one.rule.max_drop) for one in judged if one.rule.max_drop is not None]
    beyond = [pair for pair, limit in held if pair.drop > limit]
    # Drops within the limit enter as if they were noise for certain: that spares their tests,
    # and can only make the others' corrected p-values larger.
    corrected = correct_holm([*_p_values(beyond), *[1.0] * (len(held) - len(beyond))])
    p_of = {(pair.system, pair.key): p for pair, p in zip(beyond, corrected, strict=False)}
    return [_drop(pair, limit, p_of.get((pair.system, pair.key)), alpha) for pair, limit in held]


def _p_values(pairs: Sequence[Pair]) -> list[float]:
    """Test pairs, those of one system together: they are of the same clips."""
    found: list[float] = []
    for _, of_system in itertools.groupby(pairs, key=lambda pair: pair.system):
        found += paired_p_values([pair.better_first for pair in of_system], N_DRAWS)
    return found


def _drop(pair: Pair, limit: float, p: float | None, alpha: float) -> Check:
    """Judge one drop; ``p`` is None within the limit."""
    status: Status = "pass" if p is None else "fail" if p <= alpha else "inconclusive"
    word = "worse" if pair.loss > 0 else "better"
    share, loss = abs(pair.drop), abs(pair.loss)
    size = f"{100 * share:.2f} % {word}" if pair.before.value else f"{word} by {loss:.4f}"
    reason = size if pair.loss else "the same"
    if p is not None:
        reason += f", corrected p {p:.2g}" + (": may be noise" if p > alpha else "")
    return Check(
        pair.system,
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


def _margin(pair: Pair, margin: float, alpha: float) -> Check:
    """Judge non-inferiority: the bound of the loss must lie below the margin."""
    first, second = pair.better_first
    found = judge_non_inferiority(second, first, margin, level=1 - alpha, n_draws=N_BOUND_DRAWS)
    statuses: dict[Finding, Status] = {
        "shown": "pass",
        "refuted": "fail",
        "undecided": "inconclusive",
    }
    return Check(
        pair.system,
        pair.key,
        f"worse by < {margin:.4g}",
        statuses[found.finding],
        f"worse by {pair.loss:.4f}, from {-found.high:.4f} to {-found.low:.4f}",
        baseline=pair.before.value,
        run=pair.now.value,
        used=used_share(-found.low, margin),
    )
