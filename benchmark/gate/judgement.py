"""A run held against a baseline: every check that a policy asks for, and one verdict."""

from __future__ import annotations

from benchmark.errors import UsageError
from benchmark.gate.checks import Verdict, worst_first
from benchmark.gate.coverage import judge_coverage, judge_presence
from benchmark.gate.identity import name_run, system_names
from benchmark.gate.pairs import has_value
from benchmark.gate.policy import Policy
from benchmark.gate.quality import JUDGED, judge_quality
from benchmark.gate.regressions import worst_regressions
from benchmark.gate.speed import judge_memory, judge_speed, other_machine
from benchmark.runs.record import RunRecord


def judge_run(run: RunRecord, baseline: RunRecord, policy: Policy) -> Verdict:
    """Hold a sealed run against a baseline.

    Raises:
        UsageError: the baseline is of other data.
        UnknownNameError: the policy has rules for a system that neither has.
    """
    refuse_other_data(run, baseline)
    names = system_names(run)
    policy.refuse_strangers(dict.fromkeys([*names, *system_names(baseline)]))
    scored = [name for name in names if run.scores["systems"][name]["n_scored"]]
    if not scored:
        return unmeasured("no system of the run has a scored clip", name_run(run), baseline, policy)
    checks, notes = judge_presence(run, baseline), _notes(run, baseline, scored)
    for name in names:
        checks += judge_coverage(run, baseline, name, policy.limits(name).coverage)
    checks += judge_quality(run, baseline, scored, policy)
    of_speed, speed_notes = judge_speed(run, baseline, scored, policy)
    of_memory, memory_notes = judge_memory(run, baseline, policy.memory)
    return Verdict(
        run=name_run(run),
        baseline=name_run(baseline),
        policy=policy.source,
        checks=tuple(worst_first(checks + of_speed + of_memory)),
        notes=tuple(notes + speed_notes + memory_notes),
        regressions=tuple(
            worst_regressions(run, baseline, scored, policy.worst_metric, policy.n_worst_clips)
        ),
    )


def unmeasured(why: str, run: str, baseline: RunRecord, policy: Policy) -> Verdict:
    """Give the verdict on a run that nothing can be said of."""
    return Verdict(run, name_run(baseline), policy.source, unmeasured=why)


def refuse_other_data(run: RunRecord, baseline: RunRecord) -> None:
    """Refuse to compare runs over other references.

    Raises:
        UsageError: the data set or its captions differ; the message says in what.
    """
    now, before = run.plan, baseline.plan
    if now.is_of_same_data(before):
        return
    differing = [
        f"{what} {found} in {run.path}, {expected} in {baseline.path}"
        for what, found, expected in (
            ("data set", now.dataset, before.dataset),
            ("references", now.references_sha256[:16], before.references_sha256[:16]),
        )
        if found != expected
    ]
    raise UsageError(
        f"the baseline is of other data: {'; '.join(differing)}. Name the baseline of this "
        "data set, or accept one with `bench baseline accept`."
    )


def _notes(run: RunRecord, baseline: RunRecord, scored: list[str]) -> list[str]:
    """Say what was seen and cannot be judged: what is new, and another machine."""
    known = system_names(baseline)
    notes = [f"{name}: new, not in the baseline" for name in system_names(run) if name not in known]
    for name in scored:
        new = [
            key
            for key in JUDGED
            if name in known and has_value(run, name, key) and not has_value(baseline, name, key)
        ]
        if new:
            notes.append(f"{name}: {', '.join(new)} new, not in the baseline")
    if differing := other_machine(run, baseline):
        notes.append(f"another machine than the baseline's: {differing}")
    return notes
