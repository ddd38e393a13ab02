"""Count what should be there: systems, their clips, the words of their captions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmark.gate.checks import Check, in_percent, is_beyond, used_share
from benchmark.gate.held import HeldRun
from benchmark.gate.policy import CoverageRule
from benchmark.runs.record import SystemRecord


def judge_presence(night: HeldRun) -> list[Check]:
    """Fail systems that the run lacks, that stopped, or of which no clip was scored."""
    checks = [
        Check(name, "system", "", "fail", "in the baseline, and not in the run")
        for name in night.gone
    ]
    for name, system in night.run.systems.items():
        if system.sealed.failure is not None:
            checks.append(Check(name, "system", "", "fail", f"stopped {system.sealed.failure}"))
        elif not system.scores.n_scored:
            checks.append(Check(name, "system", "", "fail", "no clip of it was scored"))
    return checks


def judge_coverage(
    system: SystemRecord, before: SystemRecord | None, rule: CoverageRule
) -> list[Check]:
    """Judge how many captions a system has, and how many failed or have no words.

    The clips expected are those that the baseline captioned; of a new system, all of the run's.
    """
    expected = system.plan.clip_ids if before is None else tuple(sorted(before.captions))
    n_expected = max(len(expected), 1)
    missing = [clip_id for clip_id in expected if clip_id not in system.captions]
    checks = [
        _captioned(system.name, rule, missing, n_expected),
        _failed(system.name, rule, system.sealed.n_failed / n_expected),
    ]
    if before is not None:
        shares = _share_empty(before.captions), _share_empty(system.captions)
        checks.append(_empty(system.name, rule, *shares))
    return [check for check in checks if check is not None]


def _captioned(
    system_name: str, rule: CoverageRule, missing: Sequence[str], n_expected: int
) -> Check | None:
    limit = rule.min_captioned
    if limit is None:
        return None
    n_captioned = n_expected - len(missing)
    share = n_captioned / n_expected  # 1 - 7 / 100 would be less than 93 / 100
    named = ", ".join(missing[:3]) + (", ..." if len(missing) > 3 else "")
    reason = f"{n_captioned:,} of {n_expected:,} clips have a caption"
    return Check(
        system_name,
        "coverage",
        f">= {in_percent(limit)}",
        "fail" if is_beyond(1.0 - share, 1.0 - limit) else "pass",
        f"{reason}; missing: {named}" if missing else reason,
        "share",
        1.0,
        share,
        used_share(1.0 - share, 1.0 - limit),
    )


def _failed(system_name: str, rule: CoverageRule, share: float) -> Check | None:
    limit = rule.max_failed
    if limit is None:
        return None
    return Check(
        system_name,
        "failed captions",
        f"<= {in_percent(limit)}",
        "fail" if is_beyond(share, limit) else "pass",
        f"{in_percent(share)} of the clips failed",
        "share",
        None,
        share,
        used_share(share, limit),
    )


def _empty(system_name: str, rule: CoverageRule, before: float, now: float) -> Check | None:
    limit = rule.max_empty_rise
    if limit is None:
        return None
    return Check(
        system_name,
        "empty captions",
        f"rise <= {in_percent(limit)}",
        "fail" if is_beyond(now - before, limit) else "pass",
        f"{in_percent(now)} of the captions have no words",
        "share",
        before,
        now,
        used_share(now - before, limit),
    )


def _share_empty(captions: Mapping[str, str]) -> float:
    return sum(not caption.strip() for caption in captions.values()) / max(len(captions), 1)
