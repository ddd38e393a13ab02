"""Judge whether captions are as good as they were.

A drop is judged over the clips that the run and all accepted nights scored. For each system one
metric decides, the primary one: beyond its limit it fails the night if it is real. Of the others'
drops people are warned. A drop that this night cannot tell from chance is inconclusive, never a
fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from benchmark.gate.checks import Check, Reach, Status, used_share
from benchmark.gate.drops import HeldDrop, judge_drops
from benchmark.gate.held import HeldRun
from benchmark.gate.pairs import (
    MetricPair,
    has_value,
    why_incomparable,
    why_missing,
)
from benchmark.gate.policy import Limits, MetricRule, Policy
from benchmark.gate.reach import reach_of
from benchmark.metrics.catalogue import list_rankable
from benchmark.runs.pairs import SystemPair
from benchmark.runs.record import SystemRecord
from benchmark.stats.intervals import Finding, judge_non_inferiority
from benchmark.stats.nights import Limit

N_BOUND_DRAWS = 10_000
"""Bootstrap draws of a bound."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """A pair, the limits of its metric, and whether it is the one that decides."""

    pair: MetricPair
    rule: MetricRule
    is_primary: bool

    @property
    def drops(self) -> list[HeldDrop]:
        """Hold the pair to the limits of its losses."""
        limits = []
        if self.rule.max_drop is not None:
            limits.append(Limit(share=self.rule.max_drop))
        if self.rule.max_loss is not None:
            limits.append(Limit(amount=self.rule.max_loss))
        decides = self.is_primary or self.rule.decides
        return [HeldDrop.of(self.pair, limit, decides) for limit in limits]


class QualityFindings(NamedTuple):
    """Checks, and the least losses that the deciding ones could have called."""

    checks: list[Check]
    reach: list[Reach]


def judge_quality(night: HeldRun, policy: Policy) -> QualityFindings:
    """Judge the metrics of systems that have scored clips in the run.

    Every metric that the baseline has or the policy bounds must be in the run; where the baseline
    has it too, it must have been made in the same way. Fewer than two common clips tell nothing.

    Raises:
        RunError: the baseline holds no statistics of a night.
    """
    checks: list[Check] = []
    judged: list[_Judged] = []
    for system in night.scored:
        limits, pair = policy.limits(system.name), night.pairs.get(system.name)
        checks += _judge_alone(system, pair, limits)
        keys = [key for key in list_rankable() if pair is not None and _compares(pair, key)]
        if pair is not None and pair.n_clips > 1:
            accepted = night.contributions_of(system.name)
            deciding = choose_primary(keys, policy.primary)
            judged += [
                _Judged(MetricPair.of(pair, key, accepted), limits.metric(key), key in deciding)
                for key in keys
            ]
        elif pair is not None and any(limits.metric(key).needs_baseline for key in keys):
            reason = f"clips scored in both runs: {pair.n_clips}, too few to compare"
            checks.append(Check(system.name, "quality", "", "inconclusive", reason))
    drops = [drop for one in judged for drop in one.drops]
    checks += judge_drops(drops, policy.alpha) + _judge_margins(judged, policy.alpha)
    return QualityFindings(checks, reach_of(drops, policy.alpha))


def choose_primary(keys: Sequence[str], primary: Sequence[str]) -> Sequence[str]:
    """Choose the metric that decides: the first of the primary ones; all where none is there."""
    return next(([key] for key in primary if key in keys), keys)


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
        baseline=pair.before_value,
        run=pair.now.value,
        used=used_share(-bounds.low, margin),
    )
