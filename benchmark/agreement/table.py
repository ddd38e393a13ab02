"""The agreement of metrics with people as text: terminal, markdown, json."""

from __future__ import annotations

import json
import textwrap
from typing import Literal

from benchmark.agreement.judgements import CATEGORIES
from benchmark.agreement.measure import TOTAL, Agreement, MetricAgreement
from benchmark.agreement.report import AgreementReport
from benchmark.metrics.catalogue import METRICS

Format = Literal["text", "md", "json"]

_STYLES = {"text": "rounded_outline", "md": "github"}
_COLUMNS = (*CATEGORIES, TOTAL)
_BUILT_ON_IDF = ("cider_d", "spider", "spider_fl")
_NOTE_WIDTH = 120
_NONE = "–"  # noqa: RUF001 (an en dash is what tables print for "no value")


def render_agreement(report: AgreementReport, form: Format) -> str:
    """Lay a report out in a format; metrics that could not run stand below, with the reason."""
    if form == "json":
        return json.dumps(report.to_json(), indent=1)
    return f"{_heading(report, form)}\n\n{_table(report, form)}\n\n{_notes(report)}"


def _heading(report: AgreementReport, form: Format) -> str:
    text = (
        f"{report.human}: {report.n_clips:,} clips, {report.n_pairs[TOTAL]:,} pairs of captions, "
        f"{report.n_judged[TOTAL]:,} with a majority"
    )
    return f"### {text}" if form == "md" else text


def _table(report: AgreementReport, form: Format) -> str:
    from tabulate import tabulate

    line_break = "\n" if form == "text" else " "
    counts = (f"{name}{line_break}({report.n_judged[name]:,} pairs)" for name in _COLUMNS)
    lines = [
        [_label(key, metric, line_break), *(_cell(metric.agreement.get(name)) for name in _COLUMNS)]
        for key, metric in report.metrics.items()
        if metric.available
    ]
    return tabulate(
        lines,
        headers=["metric", *counts],
        tablefmt=_STYLES[form],
        disable_numparse=True,
        colalign=("left", *("right",) * len(_COLUMNS)),
    )


def _label(key: str, metric: MetricAgreement, line_break: str) -> str:
    """Name a metric, with the model that it ran on."""
    models = metric.signature.models if metric.signature else ()
    return METRICS[key].label + "".join(f"{line_break}({model})" for model in models)


def _cell(agreement: Agreement | None) -> str:
    if agreement is None:
        return _NONE
    text = f"{100 * agreement.value:.1f}"
    if agreement.low is not None and agreement.high is not None:
        text += f" [{100 * agreement.low:.1f}, {100 * agreement.high:.1f}]"
    return text


def _notes(report: AgreementReport) -> str:
    notes = [
        "How often each metric prefers the caption that most people prefer, in %; in brackets the "
        "95 % bootstrap interval over clips. A metric that scores both captions alike counts as "
        "disagreeing. HC: two people's captions of the clip; HI: a person's against another "
        "clip's; HM: a person's against a machine's; MM: two machines'."
    ]
    if not report.metrics.keys().isdisjoint(_BUILT_ON_IDF):
        why = f", for want of the whole split's: {report.idf_reason}" if report.idf_reason else "."
        notes.append(f"IDF of CIDEr-D: from the references of {report.idf}{why}")
    reasons: dict[str, list[str]] = {}
    for key, metric in report.metrics.items():
        if metric.reason is not None:
            reasons.setdefault(metric.reason, []).append(METRICS[key].label)
    notes += [f"Unavailable: {', '.join(labels)}: {why}" for why, labels in reasons.items()]
    return "\n".join(textwrap.fill(note, _NOTE_WIDTH, subsequent_indent="  ") for note in notes)
