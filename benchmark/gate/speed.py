"""Is it as fast and as small as it was?

Times are in units of fixed work that was timed beside each call, so that a machine that is slower
as a whole changes nothing, and are compared clip by clip. The median ratio of a system's calls has
95 % bounds from order statistics. It fails where its lower bound lies beyond the limit, and is
inconclusive where only the ratio itself does, or where the night ran on another machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.gate.calls import LATENCY, Calls, read_calls
from benchmark.gate.checks import Check, Status, used_share
from benchmark.gate.identity import system_names
from benchmark.gate.policy import Limits, Policy, RatioRule
from benchmark.machine.fingerprint import Machine
from benchmark.runs.latency import Latency
from benchmark.runs.record import RunRecord
from benchmark.stats.percentiles import Percentile, percentile

WHOLE_RUN = "(run)"
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class SpeedPair:
    """One system's calls in both runs.

    Attributes:
        before, now: by clip and subject, in units of calibration work.
        unit_s: seconds of that work when the baseline was made, to which floors refer.
        is_other_machine: whether the two ran on unlike hardware.
    """

    system: str
    before: Calls
    now: Calls
    unit_s: float
    is_other_machine: bool

    def subjects(self, calls: Calls) -> list[str]:
        return list(dict.fromkeys(subject for call in calls.values() for subject in call))

    def medians(self, subject: str) -> tuple[float, float]:
        """The median call of the baseline and of the run; a call without a stage spent 0 there."""
        before, now = (
            float(np.median([call.get(subject, 0.0) for call in calls.values()]))
            for calls in (self.before, self.now)
        )
        return before, now

    def ratio(self, subject: str, floor: float) -> Percentile | None:
        """Median ratio of run to baseline over the same clips; None for too few of them."""
        ratios = [
            max(self.now[clip_id].get(subject, 0.0), floor)
            / max(self.before[clip_id].get(subject, 0.0), floor)
            for clip_id in self.before
            if clip_id in self.now
        ]
        return percentile(ratios, 0.5)


def judge_speed(
    run: RunRecord, baseline: RunRecord, systems: Sequence[str], policy: Policy
) -> tuple[list[Check], list[str]]:
    """Judge systems' calls, whole and stage by stage.

    Returns:
        The checks, and notes on what was timed and cannot be compared.
    """
    before, now = read_calls(baseline), read_calls(run)
    is_other_machine = other_machine(run, baseline) is not None
    checks: list[Check] = []
    notes: list[str] = []
    for system in systems:
        was_void = _why_unmeasured(baseline, system, before)
        is_void = _why_unmeasured(run, system, now)
        if was_void is None and is_void is None:
            pair = SpeedPair(
                system, before[system], now[system], _unit_s(baseline, system), is_other_machine
            )
            checks += _judge_pair(pair, policy.limits(system))
        elif was_void is None and policy.limits(system).needs_calls:
            reason = f"measured in the baseline; in the run {is_void}"
            checks.append(Check(system, LATENCY, "", "fail", reason))
        elif is_void is None:
            notes.append(f"{system}: latency not compared: in the baseline {was_void}")
    return checks, notes


def judge_memory(
    run: RunRecord, baseline: RunRecord, rule: RatioRule
) -> tuple[list[Check], list[str]]:
    """Judge the whole run's peak resident memory; its systems share one process."""
    limit, before, now = rule.max_ratio, peak_rss_mib(baseline), peak_rss_mib(run)
    if limit is None or before is None:
        return [], []
    if now is None:
        reason = "measured in the baseline, and not in the run"
        return [Check(WHOLE_RUN, "peak memory", "", "fail", reason)], []
    if sorted(system_names(run)) != sorted(system_names(baseline)):
        return [], ["peak memory not compared: the run has other systems than the baseline"]
    ratio = max(now, rule.floor) / max(before, rule.floor)
    is_other = other_machine(run, baseline) is not None
    status: Status = "pass" if ratio <= limit else "inconclusive" if is_other else "fail"
    reason = f"x{ratio:.2f}" + (", on another machine" if is_other else "")
    used = used_share(ratio - 1, limit - 1)
    name = f"<= x{limit:g}"
    return [Check(WHOLE_RUN, "peak memory", name, status, reason, "mib", before, now, used)], []


def other_machine(run: RunRecord, baseline: RunRecord) -> str | None:
    """Say in what the hardware of two runs differs; None where it does not, or nobody knows."""
    now, before = _machine(run), _machine(baseline)
    if now is None or before is None:
        return None
    parts = [
        f"{name} {fact} (baseline: {before.hardware[name]})"
        for name, fact in now.hardware.items()
        if fact != before.hardware[name]
    ]
    return ", ".join(parts) or None


def hardware_of(record: RunRecord) -> str:
    """Spell what times of two runs must share to be one series; empty where nobody noted it."""
    machine = _machine(record)
    facts = machine.hardware.items() if machine else ()
    return "|".join(f"{name}:{fact}" for name, fact in facts if fact)


def relative_medians(record: RunRecord, system: str) -> dict[str, float]:
    """List a system's median call and stages in units of calibration work, unless void."""
    latency = _latency(record, system)
    if latency is None or latency.void:
        return {}
    medians = {LATENCY: latency.relative_p50}
    medians |= {f"stage {name}": stage.relative_p50 for name, stage in latency.stages.items()}
    return {subject: median.value for subject, median in medians.items() if median is not None}


def peak_rss_mib(record: RunRecord) -> float | None:
    peak: float | None = record.manifest.get("peak_rss_mib")
    return peak


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
            yield Check(pair.system, subject, "", "fail", reason)
        else:
            yield _judge_subject(pair, subject, rule.max_ratio, floor)


def _judge_subject(pair: SpeedPair, subject: str, limit: float, floor: float) -> Check:
    """Judge a ratio; whatever the machine, one within the limit is a pass."""
    before, now = pair.medians(subject)
    found = pair.ratio(subject, floor)
    if found is None:
        reason = "too few clips were timed in both runs"
        return Check(pair.system, subject, f"<= x{limit:g}", "inconclusive", reason)
    status: Status = "pass"
    if found.value > limit:
        is_sure = found.low > limit and not pair.is_other_machine
        status = "fail" if is_sure else "inconclusive"
    reason = f"x{found.value:.2f}, from x{found.low:.2f} to x{found.high:.2f}"
    return Check(
        pair.system,
        subject,
        f"<= x{limit:g}",
        status,
        reason + (", on another machine" if pair.is_other_machine else ""),
        "relative",
        before,
        now,
        used_share(found.value - 1, limit - 1),
    )


def _machine(record: RunRecord) -> Machine | None:
    machine = record.manifest.get("machine")
    return Machine.from_json(machine, record.path) if machine else None


def _latency(record: RunRecord, system: str) -> Latency | None:
    latency = (record.manifest["systems"].get(system) or {}).get("latency")
    return Latency.from_json(latency, record.path) if latency else None


def _unit_s(record: RunRecord, system: str) -> float:
    """Tell the seconds of calibration work beside a system's calls, which have bounds."""
    latency = _latency(record, system)
    assert latency is not None
    assert latency.calibration_p50_s is not None
    return latency.calibration_p50_s


def _why_unmeasured(record: RunRecord, system: str, calls: Mapping[str, Calls]) -> str | None:
    latency = _latency(record, system)
    if latency is None:
        return "no call was timed"
    if latency.void:
        return f"the times are void: {latency.void}"
    if latency.relative_p50 is None or system not in calls:
        return f"{latency.n_calls} calls were timed, too few for bounds"
    return None
