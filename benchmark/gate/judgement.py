"""Judge a run by a baseline: every check that a policy asks for, and one verdict."""

from __future__ import annotations

from benchmark.gate.changes import changes_of_makeup
from benchmark.gate.checks import Verdict, worst_first
from benchmark.gate.coverage import judge_coverage, judge_presence
from benchmark.gate.held import HeldRun
from benchmark.gate.pairs import has_value
from benchmark.gate.policy import Policy
from benchmark.gate.quality import judge_quality
from benchmark.gate.regressions import worst_regressions
from benchmark.gate.speed import judge_memory, judge_speed
from benchmark.metrics.catalogue import list_rankable
from benchmark.runs.record import RunRecord


def judge_run(night: HeldRun, policy: Policy) -> Verdict:
    """Judge a sealed run by a baseline.

    Raises:
        UsageError: the baseline is of other data.
        UnknownNameError: the policy has rules for a system that neither has.
    """
    night.refuse_other_data()
    run, baseline = night.run, night.baseline
    policy.refuse_strangers(dict.fromkeys([*run.systems, *baseline.systems]))
    if not night.scored:
        return unmeasured("no system of the run has a scored clip", run.title, baseline, policy)
    checks = judge_presence(night)
    for name, system in run.systems.items():
        checks += judge_coverage(system, baseline.systems.get(name), policy.limits(name).coverage)
    quality = judge_quality(night, policy)
    checks += quality.checks
    speed, memory = judge_speed(night, policy), judge_memory(night, policy.memory)
    return Verdict(
        run=run.title,
        baseline=baseline.title,
        policy=policy.source,
        checks=tuple(worst_first([*checks, *speed.checks, *memory.checks])),
        notes=(*_notes(night), *_notes_of_primary(night, policy), *speed.notes, *memory.notes),
        reach=tuple(quality.reach),
        is_strict=policy.is_strict,
        regressions=tuple(worst_regressions(night, policy.worst_metric, policy.n_worst_clips)),
    )


def unmeasured(why: str, run: str, baseline: RunRecord, policy: Policy) -> Verdict:
    """Make the verdict on a run in which nothing was measured."""
    strict = policy.is_strict
    return Verdict(run, baseline.title, policy.source, unmeasured=why, is_strict=strict)


def _notes(night: HeldRun) -> list[str]:
    """Say what was seen and cannot be judged: what is new, changed, edited; another machine."""
    notes = [f"{name}: new, not in the baseline" for name in night.new]
    for system in night.scored:
        if system.name not in night.pairs:
            continue
        before = night.pairs[system.name].first
        new = [
            key for key in list_rankable() if has_value(system, key) and not has_value(before, key)
        ]
        if new:
            notes.append(f"{system.name}: {', '.join(new)} new, not in the baseline")
    notes += _notes_of_makeup(night)
    notes += filter(None, (record.describe_integrity() for record in (night.run, night.baseline)))
    if night.other_machine:
        notes.append(f"another machine than the baseline's: {night.other_machine}")
    return notes


def _notes_of_primary(night: HeldRun, policy: Policy) -> list[str]:
    """Name the systems for which all metrics decide, as they have none of the primary ones."""
    names = [
        name
        for name, pair in night.pairs.items()
        if pair.n_clips
        and not any(
            has_value(pair.first, key) and has_value(pair.second, key) for key in policy.primary
        )
    ]
    if not names or not policy.primary:
        return []
    return [f"{', '.join(names)}: none of {', '.join(policy.primary)}: every metric decides"]


def _notes_of_makeup(night: HeldRun) -> list[str]:
    """Name the systems that are not what the baseline is of; those of one change together."""
    by_change: dict[str, list[str]] = {}
    for name, pair in night.pairs.items():
        changes = ", ".join(changes_of_makeup(pair.first.planned, pair.second.planned))
        by_change.setdefault(changes, []).append(name)
    by_change.pop("", None)
    return [
        f"{', '.join(names)}, since the baseline: {changes}" for changes, names in by_change.items()
    ]
