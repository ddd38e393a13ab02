"""Hold a gate: read run, baseline, policy and history, judge, and write the reports.

Reports of an earlier night are removed before anything else: a gate that ends without a verdict
leaves none that could be taken for its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import MachineError, UsageError
from benchmark.files import append_lines, spell_json, write_text, writing
from benchmark.gate.checks import Made, Verdict
from benchmark.gate.held import HeldRun
from benchmark.gate.history import (
    FoundStep,
    Night,
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
from benchmark.gate.policy_form import UnknownMetricError
from benchmark.gate.tonight import WHATEVER, Expected, why_not_tonight
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
        expected: what the run must be to be judged.
        history: to add the run to, to look for it in, and for steps.
        junit, summary, json: files to write; the summary is added to.
        is_summary_offered: nobody asked for the summary, its place was offered: where it cannot
            be written, that is told and changes nothing.
        is_strict: an inconclusive night has an exit code of its own, whatever the policy says.
        trust_edited: judge a run, or by a baseline, that was edited since it was sealed.
    """

    run: Path
    baseline: Path
    policy: Path | None = None
    expected: Expected = WHATEVER
    history: Path | None = None
    junit: Path | None = None
    summary: Path | None = None
    json: Path | None = None
    is_summary_offered: bool = False
    is_strict: bool = False
    trust_edited: bool = False

    def refuse_mixed_up_files(self) -> None:
        """Refuse to write a report over what is read.

        Raises:
            UsageError: a report would.
        """
        read = [path for path in (self.run, self.baseline, self.policy, self.history) if path]
        for report in (self.junit, self.json, self.summary):
            if report and report.resolve() in [path.resolve() for path in read]:
                raise UsageError(
                    f"{report} would be written, and is read too; name another place for the "
                    "report."
                )


@dataclass(frozen=True, slots=True)
class GatedNight:
    """A verdict, and the steps of the history that it stands in.

    Attributes:
        verdict: on the run.
        steps: newest first.
        nights: to be added to the history, one a system.
        problems: what could not be done and changes no verdict.
    """

    verdict: Verdict
    steps: tuple[FoundStep, ...] = ()
    nights: tuple[Night, ...] = ()
    problems: tuple[str, ...] = ()


def hold_gate(request: GateRequest) -> GatedNight:
    """Judge a run and write the files that were asked for.

    Raises:
        UsageError: the policy is broken, the baseline is of other data, or a report would be
            written over what is read.
        RunError: there is no run, or the baseline is no such file, or either has no captions.
        DataError: a line of the history is broken.
        MachineError: a file cannot be written.
    """
    request.refuse_mixed_up_files()
    policy = _read_policy(request)
    for report in (request.junit, request.json):
        _remove_former(report)
    baseline = read_run(request.baseline, trust_edited=request.trust_edited)
    baseline.require_captions()
    baseline.require_accepted()
    policy = policy or read_policy(request.policy)
    if request.is_strict:
        policy = dataclasses.replace(policy, is_strict=True)
    night = _judge(request, baseline, policy)
    verdict = night.verdict
    if request.junit is not None:
        write_text(request.junit, render_junit(verdict))
    if request.json is not None:
        steps = [dataclasses.asdict(step) for step in night.steps]
        write_text(request.json, spell_json({**verdict.to_json(), "steps": steps}, indent=1))
    problems = _add_summary(request, night)
    if request.history is not None and night.nights:
        append_nights(request.history, night.nights)
    return dataclasses.replace(night, problems=problems)


def _read_policy(request: GateRequest) -> Policy | None:
    """Read the policy; None where it names a metric that perhaps the baseline describes."""
    try:
        return read_policy(request.policy)
    except UnknownMetricError:
        return None


def _judge(request: GateRequest, baseline: RunRecord, policy: Policy) -> GatedNight:
    if not request.run.is_file() and not RunFolder.open(request.run).manifest_path.is_file():
        why = "the run is unfinished: it has no manifest.json"
        return GatedNight(unmeasured(why, str(request.run), baseline, policy))
    run = read_run(request.run, trust_edited=request.trust_edited)
    run.require_captions()
    past, notes = _read_past(request)
    why_not = why_not_tonight(run, request.expected, past)
    if run.manifest.is_partial:
        why_not = "the run is partial: it was scored before it was finished"
    if why_not:
        verdict = unmeasured(why_not, run.title, baseline, policy)
    else:
        verdict = judge_run(HeldRun(run, baseline), policy)
    verdict = dataclasses.replace(
        verdict, made=Made.of(run), notes=(*_notes_on_itself(run, baseline), *verdict.notes, *notes)
    )
    is_edited = bool(run.integrity.edits or baseline.integrity.edits)
    if request.history is None or verdict.unmeasured is not None or is_edited:
        return GatedNight(verdict)
    tonight = tuple(nights_of(run, "night", verdict.outcome))
    steps = tuple(find_steps([*past, *tonight], policy.n_history_runs))
    return GatedNight(verdict, steps, tonight)


def _read_past(request: GateRequest) -> tuple[Sequence[Night], Sequence[str]]:
    """Read what is known of earlier nights, and what to say of the files."""
    if request.history is None:
        return (), ()
    files = (history_beside(request.baseline), request.history)
    read = {path: read_history(path) for path in dict.fromkeys(files)}
    notes = [
        f"{path}: the last line was cut short, as a kill leaves it, and is dropped"
        for path, history in read.items()
        if history.torn
    ]
    return [night for history in read.values() for night in history.nights], notes


def _notes_on_itself(run: RunRecord, baseline: RunRecord) -> Sequence[str]:
    if run.content_id != baseline.content_id:
        return ()
    return ("the run is the accepted one itself, which nothing can fail",)


def _remove_former(report: Path | None) -> None:
    if report is not None and report.is_file():  # a device or a pipe keeps nothing
        with writing(report):
            report.unlink()


def _add_summary(request: GateRequest, night: GatedNight) -> tuple[str, ...]:
    """Add the verdict to the summary; returns what went wrong where its place was only offered."""
    if request.summary is None:
        return ()
    page = render_verdict(night.verdict, night.steps, "md")
    if not request.is_summary_offered:
        append_lines(request.summary, [page])
        return ()
    if not request.summary.absolute().parent.is_dir():
        return (f"no summary: there is no folder {request.summary.absolute().parent}.",)
    try:
        append_lines(request.summary, [page])
    except MachineError as error:
        return (f"no summary: {error}",)
    return ()
