"""The agreement of metrics with people as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import NamedTuple

from benchmark.agreement.judgement_layouts import HALLUCINATED
from benchmark.agreement.measure import TOTAL, Agreement, MetricAgreement
from benchmark.agreement.people import CHANCE
from benchmark.agreement.report import AgreementReport
from benchmark.display.numbers import show_x100
from benchmark.display.records import Record, Value
from benchmark.display.tables import NO_VALUE, WHOLE, Column, Format, Table, View, render
from benchmark.metrics.absent import name_absent
from benchmark.metrics.catalogue import METRICS

_COIN, _JUDGE = "(a coin)", "(one judge)"
_BUILT_ON_IDF = ("cider_d", "spider", "spider_fl")


class _Measured(NamedTuple):
    key: str
    metric: MetricAgreement


def render_agreement(report: AgreementReport, form: Format, view: View = WHOLE) -> str:
    """Lay a report out in a format; csv and json hold the raw figures.

    Metrics that could not run stand below, with the reason.
    """
    measured = [_Measured(*item) for item in report.metrics.items()]
    table = Table(
        columns=[*_columns(report)],
        rows=[*(row for row in measured if row.metric.available), *_levels(report)],
        title=f"{report.human}: {report.n_clips:,} clips, {report.n_pairs[TOTAL]:,} pairs of "
        f"captions, {report.n_judged[TOTAL]:,} with a majority",
        notes=_notes(report),
        records=[*map(_record, measured), *map(_record, _levels(report))],
    )
    return render([table], form, report.to_json(), view)


def _columns(report: AgreementReport) -> Iterator[Column[_Measured]]:
    yield Column("metric", _label)
    for name in report.n_pairs:
        # Stays also where nobody judged such a pair, as its number says.
        header = f"{name}\n({report.n_judged.get(name, 0):,} pairs)"
        yield Column(header, partial(_show, name), side="right", stays=True)


def _levels(report: AgreementReport) -> list[_Measured]:
    """Give what chance and people get, as rows beside those of metrics."""
    coin = {
        name: Agreement(CHANCE, None, None, n_pairs, 0, 0)
        for name, n_pairs in report.n_judged.items()
        if n_pairs
    }
    levels = [_Measured(_COIN, MetricAgreement(coin, None))]
    if report.people:
        levels.append(_Measured(_JUDGE, MetricAgreement(report.people, None)))
    return levels


def _label(row: _Measured) -> str:
    """Name a metric, with the model that it ran on."""
    if row.key in (_COIN, _JUDGE):
        return row.key
    models = row.metric.signature.models if row.metric.signature else ()
    return METRICS[row.key].label + "".join(f"\n({model})" for model in models)


def _show(category: str, row: _Measured) -> str:
    agreement = row.metric.agreement.get(category)
    if agreement is None:
        return NO_VALUE
    return show_x100(agreement.value, agreement.low, agreement.high)


def _record(row: _Measured) -> Record:
    if row.key == _COIN:
        return {"metric": _COIN} | {f"{name}.value": CHANCE for name in row.metric.agreement}
    record: dict[str, Value] = {
        "metric": row.key,
        "signature": None if row.metric.signature is None else str(row.metric.signature),
        "why_absent": row.metric.reason,
    }
    for category, agreement in row.metric.agreement.items():
        record |= {f"{category}.{name}": value for name, value in asdict(agreement).items()}
    return record


def _notes(report: AgreementReport) -> list[str]:
    notes = [
        "How often each metric prefers the caption that most people prefer, in %; in brackets the "
        "95 % interval over clips. A metric that scores both captions alike counts as "
        "disagreeing. HC: two people's captions of the clip; HI: a person's against another "
        "clip's; HM: a person's against a machine's; MM: two machines'."
        + (
            " HX: a person's against the same with something put in that is not heard."
            if report.n_pairs.get(HALLUCINATED)
            else ""
        )
    ]
    notes.append(
        "A coin gets 50 %, a metric that scores some pairs alike less by chance. "
        + (
            "One judge: how often a judge of a pair prefers what most of its other judges do; who "
            "prefers neither disagrees, and pairs whose others are divided do not count."
            if report.people
            else "What one person gets the file cannot say: no pair has two judges."
        )
    )
    if not report.metrics.keys().isdisjoint(_BUILT_ON_IDF):
        why = f", for want of the whole split's: {report.idf_reason}" if report.idf_reason else "."
        notes.append(f"IDF of CIDEr-D: from the references of {report.idf}{why}")
    absent = {key: row.reason for key, row in report.metrics.items() if row.reason is not None}
    return notes + name_absent("Unavailable", absent)
