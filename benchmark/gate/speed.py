"""Is it as fast and as small as it was?

Times are compared in units of fixed work that was timed beside each call, so that a machine that
is slower as a whole changes nothing. A ratio of two medians has bounds: each median has its own
from order statistics, and as the noise of two nights is independent, their widths add in
quadrature on the log scale. A ratio fails where its lower bound lies beyond the limit, and is
inconclusive where only the ratio itself does, or where the night ran on another machine.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmark.gate.checks import Check, Status, used_share
from benchmark.gate.policy import Limits, Policy, RatioRule
from benchmark.records import RunRecord

WHOLE_RUN = "(run)"
_HARDWARE = ("cpu", "cores", "architecture", "gpu", "threads")
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure and its 95 % bounds, all positive and in one unit; also a ratio of two such."""

    value: float
    low: float
    high: float

    def at_least(self, floor: float) -> Measured:
        """Raise all three to a floor: what is shorter is too short to compare."""
        return Measured(max(self.value, floor), max(self.low, floor), max(self.high, floor))

    def over(self, other: Measured) -> Measured:
        """Divide by another, independent figure."""
        value = self.value / other.value
        below = math.hypot(math.log(self.value / self.low), math.log(other.high / other.value))
        above = math.hypot(math.log(self.high / self.value), math.log(other.value / other.low))
        return Measured(value, value * math.exp(-below), value * math.exp(above))


def judge_speed(
    run: RunRecord, baseline: RunRecord, system: str, limits: Limits
) -> tuple[list[Check], list[str]]:
    """Judge one system's median call, whole and stage by stage.

    Returns:
        The checks, and notes on what could not be compared because the baseline lacks it.
    """
    before, now = _latency(baseline, system), _latency(run, system)
    if why := _why_unmeasured(before):
        is_new = _why_unmeasured(now) is None
        return [], [f"{system}: latency not compared: of the baseline {why}"] if is_new else []
    unit_s = before["calibration_p50_s"]
    is_other = other_machine(run, baseline) is not None
    if why := _why_unmeasured(now):
        return [Check(system, "latency", "", "fail", f"measured in the baseline; here {why}")], []
    checks = []
    for subject, rule, of_before, of_now in _parts(before, now, limits):
        if rule.max_ratio is None:
            continue
        floor = max(rule.floor / unit_s, _LEAST)
        if of_now is None:
            if of_before.value > floor:
                reason = "timed in the baseline, and not in the run"
                checks.append(Check(system, subject, "", "fail", reason))
            continue
        ratio = of_now.at_least(floor).over(of_before.at_least(floor))
        check = _ratio_check(system, subject, rule.max_ratio, ratio, of_before, of_now, is_other)
        checks.append(check)
    return checks, []


def judge_memory(
    run: RunRecord, baseline: RunRecord, policy: Policy
) -> tuple[list[Check], list[str]]:
    """Judge the whole run's peak resident memory; its systems share one process."""
    limit = policy.memory.max_ratio
    before, now = baseline.manifest.get("peak_rss_mib"), run.manifest.get("peak_rss_mib")
    if limit is None or before is None:
        return [], []
    if now is None:
        reason = "measured in the baseline, and not in the run"
        return [Check(WHOLE_RUN, "peak memory", "", "fail", reason)], []
    if {system.name for system in run.plan.systems} != {s.name for s in baseline.plan.systems}:
        return [], ["peak memory not compared: the run has other systems than the baseline"]
    ratio = max(now, policy.memory.floor) / max(before, policy.memory.floor)
    is_other = other_machine(run, baseline) is not None
    status: Status = "pass" if ratio <= limit else "inconclusive" if is_other else "fail"
    reason = f"x{ratio:.2f}" + (", on another machine" if is_other else "")
    used = used_share(ratio - 1, limit - 1)
    name = f"<= x{limit:g}"
    return [Check(WHOLE_RUN, "peak memory", name, status, reason, "mib", before, now, used)], []


def other_machine(run: RunRecord, baseline: RunRecord) -> str | None:
    """Say in what the hardware of two runs differs; None where it does not, or nobody knows."""
    now, before = run.manifest.get("machine"), baseline.manifest.get("machine")
    if not now or not before:
        return None
    differing = [fact for fact in _HARDWARE if now.get(fact) != before.get(fact)]
    parts = [f"{fact} {now.get(fact)} (baseline: {before.get(fact)})" for fact in differing]
    return ", ".join(parts) or None


def relative_medians(latency: Mapping[str, Any]) -> dict[str, float]:
    """List medians in units of calibration work: ``{"latency": ..., "stage encode": ...}``."""
    return {name: measured.value for name, measured in _medians(latency).items()}


def _parts(
    before: Mapping[str, Any], now: Mapping[str, Any], limits: Limits
) -> Iterator[tuple[str, RatioRule, Measured, Measured | None]]:
    medians = _medians(now)
    for subject, measured in _medians(before).items():
        rule = limits.latency if subject == "latency" else limits.stages
        yield subject, rule, measured, medians.get(subject)


def _medians(latency: Mapping[str, Any]) -> dict[str, Measured]:
    named = {"latency": latency}
    named |= {f"stage {name}": stage for name, stage in latency["stages"].items()}
    found = {subject: _measured(record) for subject, record in named.items()}
    return {subject: measured for subject, measured in found.items() if measured is not None}


def _measured(record: Mapping[str, Any]) -> Measured | None:
    figures = [record.get(f"relative_p50{bound}") for bound in ("", "_low", "_high")]
    return (
        None
        if None in figures
        else Measured(*(float(figure) for figure in figures if figure is not None))
    )


def _latency(record: RunRecord, system: str) -> Mapping[str, Any]:
    sealed = record.manifest["systems"].get(system) or {}
    return sealed.get("latency") or {}


def _why_unmeasured(latency: Mapping[str, Any]) -> str | None:
    if not latency:
        return "no call was timed"
    if latency.get("void"):
        return f"the times are void: {latency['void']}"
    if _measured(latency) is None:
        return f"{latency['n_calls']} calls were timed, too few for bounds, or no calibration"
    return None


def _ratio_check(
    system: str,
    subject: str,
    limit: float,
    ratio: Measured,
    before: Measured,
    now: Measured,
    is_other: bool,
) -> Check:
    """Judge a ratio; whatever the machine, one within the limit is a pass."""
    status: Status = "pass"
    if ratio.value > limit:
        status = "fail" if ratio.low > limit and not is_other else "inconclusive"
    reason = f"x{ratio.value:.2f}, from x{ratio.low:.2f} to x{ratio.high:.2f}"
    return Check(
        system,
        subject,
        f"<= x{limit:g}",
        status,
        reason + (", on another machine" if is_other else ""),
        "relative",
        before.value,
        now.value,
        used_share(ratio.value - 1, limit - 1),
    )
