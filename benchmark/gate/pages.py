"""Set a verdict for people: in the terminal, and as a step's summary in continuous integration.

Tables are laid out by ``display``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from benchmark.display.escaping import escape_summary, show_controls
from benchmark.display.layout import NO_VALUE, lay_out
from benchmark.gate.checks import Check, Regression, Status, Unit, Verdict
from benchmark.gate.history import FoundStep

Form = Literal["text", "md"]

_MARKS: dict[Status, str] = {
    "fail": "FAIL",
    "inconclusive": "unclear",
    "warning": "warn",
    "pass": "pass",
}
_NUMBERS: dict[Unit, str] = {
    "score": "{:.4f}",
    "share": "{:.1%}",
    "relative": "{:.4g}",
    "mib": "{:,.0f} MiB",
}


def render_verdict(verdict: Verdict, steps: Sequence[FoundStep], form: Form) -> str:
    """Lay a verdict out, worst first; in markdown the passed checks are folded away."""
    parts = [headline(verdict, form), _sources(verdict, form)]
    if form == "text" and verdict.checks:
        parts.append(_check_table(verdict.checks, form))
    elif verdict.checks:
        parts += _folded(verdict)
    if verdict.reach:
        parts += [_title("Losses that this night calls (power 80 %)", form), _reach(verdict, form)]
    if verdict.notes:
        parts.append("\n".join(f"- {_safe(note, form)}" for note in verdict.notes))
    if verdict.regressions:
        clips = _clip_list if form == "text" else _clip_table
        parts += [_title("Clips that fell most", form), clips(verdict.regressions)]
    if steps:
        parts += [_title("Steps in the history", form), _step_table(steps, form)]
    return "\n\n".join(parts) + "\n"


def headline(verdict: Verdict, form: Form) -> str:
    """Say the outcome in one line."""
    outcome = verdict.outcome.upper()
    if verdict.unmeasured is not None:
        text = f"{outcome}: {verdict.unmeasured}"
    else:
        warned = f"{n} warned of, " if (n := verdict.count("warning")) else ""
        text = (
            f"{outcome}: {verdict.count('fail')} failed, {verdict.count('inconclusive')} "
            f"inconclusive, {warned}{verdict.count('pass')} passed"
        )
    return f"## Gate: {_safe(text, form)}" if form == "md" else text


def _sources(verdict: Verdict, form: Form) -> str:
    made = f", {verdict.made}," if verdict.made else ""
    return _safe(
        f"Run {verdict.run}{made} against {verdict.baseline}; limits: {verdict.policy}.", form
    )


def _folded(verdict: Verdict) -> list[str]:
    passed = [check for check in verdict.checks if check.status == "pass"]
    others = [check for check in verdict.checks if check.status != "pass"]
    parts = [_check_table(others, "md")] if others else []
    if passed:
        parts += [
            f"<details><summary>{len(passed)} passed</summary>",
            _check_table(passed, "md"),
            "</details>",
        ]
    return parts


def _check_table(checks: Sequence[Check], form: Form) -> str:
    lines = [
        [
            check.system,
            _MARKS[check.status],
            check.name,
            _number(check.baseline, check.unit),
            _number(check.run, check.unit),
            check.reason,
        ]
        for check in checks
    ]
    return _table(lines, ["System", "", "Check", "Baseline", "Run", "Found"], form)


def _reach(verdict: Verdict, form: Form) -> str:
    """List what could have been called; systems of which the same is to be said share a line."""
    by_words: dict[str, list[str]] = {}
    for each in verdict.reach:
        by_words.setdefault(each.words, []).append(each.system)
    return "\n".join(
        f"- {_safe(', '.join(systems), form)}: {_safe(words, form)}"
        for words, systems in by_words.items()
    )


def _clip_list(regressions: Sequence[Regression]) -> str:
    """List three lines a clip: captions are too wide for a terminal's table."""
    return "\n".join(
        f"{fallen.system}, {_safe(fallen.clip_id, 'text')}: {_fall(fallen)}\n"
        f"    was: {_safe(fallen.baseline_caption, 'text')}\n"
        f"    is:  {_safe(fallen.run_caption, 'text')}"
        for fallen in regressions
    )


def _clip_table(regressions: Sequence[Regression]) -> str:
    lines = [
        [
            fallen.clip_id,
            fallen.system,
            _fall(fallen),
            fallen.baseline_caption,
            fallen.run_caption,
        ]
        for fallen in regressions
    ]
    return _table(lines, ["Clip", "System", "Score", "Caption was", "Caption is"], "md")


def _fall(fallen: Regression) -> str:
    return f"{fallen.metric} {fallen.baseline_score:.3f} -> {fallen.run_score:.3f}"


def _step_table(steps: Sequence[FoundStep], form: Form) -> str:
    lines = [
        [
            step.date[:10],
            step.system,
            step.subject,
            f"{step.before:.4g}",
            f"{step.after:.4g}",
            NO_VALUE if step.change is None else f"{step.change:+.1%}",
            step.run,
        ]
        for step in steps
    ]
    return _table(lines, ["Since", "System", "Figure", "From", "To", "Change", "Run"], form)


def _table(lines: Sequence[Sequence[str]], header: Sequence[str], form: Form) -> str:
    return lay_out([[_safe(cell, form) for cell in line] for line in lines], header, form)


def _title(text: str, form: Form) -> str:
    return f"### {text}" if form == "md" else f"{text}:"


def _number(value: float | None, unit: Unit) -> str:
    return NO_VALUE if value is None else _NUMBERS[unit].format(value)


def _safe(text: str, form: Form) -> str:
    """Keep what others wrote, as captions, from steering a terminal or a page; one line a cell."""
    return show_controls(" ".join(text.split())) if form == "text" else escape_summary(text)
