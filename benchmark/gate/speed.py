"""Judge whether systems are as fast, and a run as small, as they were.

Times are in units of fixed work that was timed beside each call, so that a machine that is slower
as a whole changes nothing, and are compared clip by clip. The median ratio of a system's calls has
95 % bounds from order statistics. It fails where its lower bound lies beyond the limit, and is
inconclusive where only the ratio itself does, or where the two times cannot be held against each
other: on another machine, or where neighbours let that fixed work take much longer in one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from benchmark.gate.checks import Check, Status, is_beyond, used_share
from benchmark.gate.held import HeldRun
from benchmark.gate.policy import Limits, Policy, RatioRule
from benchmark.runs.calls import LATENCY, Calls
from benchmark.runs.record import SystemRecord
from benchmark.stats.percentiles import Percentile, percentile

WHOLE_RUN = "(run)"
_LEAST = 1e-9
_MOST_BUSIER = 1.5
"""How much longer fixed work may take on one machine; beyond it neighbours were at work.

They stop a call for whole slices of time, so that of a short call and a long one each is slowed in
its own way. Of 420 pairs of nights beside 3 to 10 other jobs, 107 of 5,460 ratios of unchanged code
were surely beyond x1.3; 3 of these in pairs whose fixed work took within x1.5.
"""


@dataclass(frozen=True, slots=True)
class SpeedPair:
    """One system's calls in both runs.

    Attributes:
        before, now: by clip and subject, in units of calibration work.
        unit_s: seconds of that work when the baseline was made, to which floors refer.
        doubt: why even a sure difference may not be the system's; None: nothing speaks for it.
    """

    system_name: str
    before: Calls
    now: Calls
    unit_s: float
    doubt: str | None

    @staticmethod
    def of(before: SystemRecord, now: SystemRecord, is_other_machine: bool) -> SpeedPair:
        """Pair systems that both have calls with bounds; see ``why_unmeasured``."""
        unit_s, now_s = _unit_of(before), _unit_of(now)
        doubt = "on another machine" if is_other_machine else _busier(now_s / unit_s)
        return SpeedPair(now.name, before.calls, now.calls, unit_s, doubt)

    @staticmethod
    def subjects(calls: Calls) -> list[str]:
        """List what was timed in calls: the whole, and every stage that one of them has."""
        return list(dict.fromkeys(subject for call in calls.values() for subject in call))

    def medians(self, subject: str) -> tuple[float, float]:
        """Take the median call of both runs; a call without a stage spent 0 there."""
        before, now = (
            float(np.median([call.get(subject, 0.0) for call in calls.values()]))
            for calls in (self.before, self.now)
        )
        return before, now

    def ratio(self, subject: str, floor: float) -> Percentile | None:
        """Take the median ratio of run to baseline over the same clips; None for too few."""
        ratios = [
            max(self.now[clip_id].get(subject, 0.0), floor)
            / max(self.before[clip_id].get(subject, 0.0), floor)
            for clip_id in self.before
            if clip_id in self.now
        ]
        return percentile(ratios, 0.5)


class SpeedFindings(NamedTuple):
    """Checks, and notes on what was measured and cannot be compared."""

    checks: list[Check]
    notes: list[str]


def judge_speed(night: HeldRun, policy: Policy) -> SpeedFindings:
    """Judge systems' calls, whole and stage by stage."""
    checks: list[Check] = []
    notes: list[str] = []
    for system in night.scored:
        before = night.baseline.systems.get(system.name)
        was_void = "no call was timed" if before is None else why_unmeasured(before)
        is_void = why_unmeasured(system)
        if before is not None and was_void is None and is_void is None:
            pair = SpeedPair.of(before, system, night.other_machine is not None)
            checks += _judge_pair(pair, policy.limits(system.name))
        elif was_void is None and policy.limits(system.name).needs_calls:
            reason = f"measured in the baseline; in the run {is_void}"
            checks.append(Check(system.name, LATENCY, "", "fail", reason))
        elif is_void is None:
            notes.append(f"{system.name}: latency not compared: in the baseline {was_void}")
    return SpeedFindings(checks, notes)


def judge_memory(night: HeldRun, rule: RatioRule) -> SpeedFindings:
    """Judge the whole run's peak resident memory; its systems share one process."""
    before, now = night.baseline.manifest.peak_rss_mib, night.run.manifest.peak_rss_mib
    limit = rule.max_ratio
    if limit is None or before is None:
        return SpeedFindings([], [])
    if now is None:
        reason = "measured in the baseline, and not in the run"
        return SpeedFindings([Check(WHOLE_RUN, "peak memory", "", "fail", reason)], [])
    if night.gone or night.new:
        note = "peak memory not compared: the run has other systems than the baseline"
        return SpeedFindings([], [note])
    floor = max(rule.floor, _LEAST)
    ratio = max(now, floor) / max(before, floor)
    is_other = night.other_machine is not None
    status: Status = "pass"
    if is_beyond(ratio, limit):
        status = "inconclusive" if is_other else "fail"
    reason = f"x{ratio:.2f}" + (", on another machine" if is_other else "")
    used = used_share(ratio - 1, limit - 1)
    name = f"<= x{limit:g}"
    check = Check(WHOLE_RUN, "peak memory", name, status, reason, "mib", before, now, used)
    return SpeedFindings([check], [])


def relative_medians(system: SystemRecord) -> dict[str, float]:
    """List a system's median call and stages in units of calibration work, unless void."""
    latency = system.sealed.latency
    if latency is None or latency.void:
        return {}
    medians = {LATENCY: latency.relative_p50}
    medians |= {f"stage {name}": stage.relative_p50 for name, stage in latency.stages.items()}
    return {subject: median.value for subject, median in medians.items() if median is not None}


def _judge_pair(pair: SpeedPair, limits: Limits) -> Iterator[Check]:
    present = pair.subjects(pair.now)
    for subject in pair.subjects(pair.before):
        rule = limits.latency if subject == LATENCY else limits.stages
        floor = max(rule.floor / pair.unit_s, _LEAST)
        before, _ = pair.medians(subject)
        if rule.max_ratio is None or (subject not in present and before < floor):
            continue
        if subject not in present:
            reason = "timed in the baseline, and not in the run"
            yield Check(pair.system_name, subject, "", "fail", reason)
        else:
            yield _judge_subject(pair, subject, rule.max_ratio, floor)


def _judge_subject(pair: SpeedPair, subject: str, limit: float, floor: float) -> Check:
    """Judge a ratio; whatever the machine, one within the limit is a pass."""
    before, now = pair.medians(subject)
    ratio = pair.ratio(subject, floor)
    if ratio is None:
        reason = "too few clips were timed in both runs"
        return Check(pair.system_name, subject, f"<= x{limit:g}", "inconclusive", reason)
    status: Status = "pass"
    if is_beyond(ratio.value, limit):
        is_sure = is_beyond(ratio.low, limit) and pair.doubt is None
        status = "fail" if is_sure else "inconclusive"
    reason = f"x{ratio.value:.2f}, from x{ratio.low:.2f} to x{ratio.high:.2f}"
    return Check(
        pair.system_name,
        subject,
        f"<= x{limit:g}",
        status,
        reason + (f", {pair.doubt}" if pair.doubt and status != "pass" else ""),
        "relative",
        before,
        now,
        used_share(ratio.value - 1, limit - 1),
    )


def _unit_of(system: SystemRecord) -> float:
    latency = system.sealed.latency
    assert latency is not None
    assert latency.calibration_p50_s is not None
    return latency.calibration_p50_s


def _busier(slowdown: float) -> str | None:
    """Say that one of two nights had neighbours, by how much longer fixed work took in the run."""
    if 1 / _MOST_BUSIER <= slowdown <= _MOST_BUSIER:
        return None
    busy = "in the run" if slowdown > 1 else "when the baseline was made"
    return f"fixed work took x{max(slowdown, 1 / slowdown):.1f} as long {busy}"


def why_unmeasured(system: SystemRecord) -> str | None:
    """Say why a system's calls cannot be compared; None where they can."""
    latency = system.sealed.latency
    if latency is None:
        return "no call was timed"
    if latency.void:
        return f"the times are void: {latency.void}"
    if latency.relative_p50 is None or not system.calls:
        return f"{latency.n_calls} calls were timed, too few for bounds"
    return None
