"""Hold a gate: read run, baseline, policy and history, judge, and write the reports."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from benchmark.files import append_lines, spell_json, write_text
from benchmark.gate.checks import Verdict
from benchmark.gate.held import HeldRun
from benchmark.gate.history import (
    FoundStep,
    append_nights,
    find_steps,
    history_beside,
    nights_of,
    read_history,
)
from benchmark.gate.judgement import judge_run, unmeasured
from benchmark.gate.junit import render_junit
from benchmark.gate.pages import render_verdict
from benchmark.gate.policy import Policy, read_policy
from benchmark.runs.folder import RunFolder
from benchmark.runs.reading import read_run
from benchmark.runs.record import RunRecord


@dataclass(frozen=True, slots=True)
class GateRequest:
    """What ``bench gate`` was asked for.

    Attributes:
        run: a sealed run: its folder, or a baseline's file.
        baseline: file of an accepted run.
        policy: TOML over the built-in one.
        history: to add the run to, and to look for steps in.
        junit, summary, json: files to write; the summary is added to.
    """

    run: Path
    baseline: Path
    policy: Path | None = None
    history: Path | None = None
    junit: Path | None = None
    summary: Path | None = None
    json: Path | None = None


@dataclass(frozen=True, slots=True)
class GatedNight:
    """A verdict, and the steps of the history that it stands in."""

    verdict: Verdict
    steps: tuple[FoundStep, ...] = ()


def hold_gate(request: GateRequest) -> GatedNight:
    """Judge a run and write the files that were asked for.

    Raises:
        UsageError: the policy is broken, or the baseline is of other data.
        RunError: there is no run, or the baseline is no such file, or either has no captions.
        DataError: a line of the history is broken.
        MachineError: a file cannot be written.
    """
    policy = read_policy(request.policy)
    baseline = read_run(request.baseline)
    baseline.require_unedited()
    baseline.require_captions()
    night = _judge(request, baseline, policy)
    verdict = night.verdict
    if request.junit is not None:
        write_text(request.junit, render_junit(verdict))
    if request.json is not None:
        steps = [dataclasses.asdict(step) for step in night.steps]
        write_text(request.json, spell_json({**verdict.to_json(), "steps": steps}, indent=1))
    if request.summary is not None:
        append_lines(request.summary, [render_verdict(verdict, night.steps, "md")])
    return night


def _judge(request: GateRequest, baseline: RunRecord, policy: Policy) -> GatedNight:
    if not request.run.is_file() and not RunFolder.open(request.run).manifest_path.is_file():
        why = "the run is unfinished: it has no manifest.json"
        return GatedNight(unmeasured(why, str(request.run), baseline, policy))
    run = read_run(request.run)
    run.require_unedited()
    run.require_captions()
    past = []
    if request.history is not None:
        past = read_history(history_beside(request.baseline)) + read_history(request.history)
    verdict = judge_run(HeldRun(run, baseline), policy)
    if request.history is None or verdict.unmeasured is not None:
        return GatedNight(verdict)
    tonight = nights_of(run, "night", verdict.outcome)
    append_nights(request.history, tonight)
    return GatedNight(verdict, tuple(find_steps([*past, *tonight], policy.n_history_runs)))
