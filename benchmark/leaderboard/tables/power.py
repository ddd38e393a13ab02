"""How often comparisons err, and how small a drop they see, as text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmark.display.numbers import show_x100
from benchmark.display.records import Record, Value
from benchmark.display.tables import NO_VALUE, WHOLE, Column, Format, Table, View, render
from benchmark.leaderboard.power import MetricPower, PowerReport
from benchmark.metrics.absent import name_absent
from benchmark.metrics.catalogue import METRICS
from benchmark.stats.power import Rate


def render_power(report: PowerReport, form: Format, view: View = WHOLE) -> str:
    """Lay a report out in a format; csv and json hold the raw figures."""
    table = Table(
        columns=[*_columns(report)],
        rows=report.metrics,
        title=f"{report.row.plan.dataset}, {report.row.title_with_flaws}, {report.n_clips:,} clips",
        notes=_notes(report),
        records=[{**record, "seal": report.integrity.state} for record in _records(report)],
    )
    return render([table], form, report.to_json(), view)


def _columns(report: PowerReport) -> Iterator[Column[MetricPower]]:
    yield Column("metric", lambda metric: METRICS[metric.key].label)
    yield Column("value", lambda metric: show_x100(metric.value, spec=".2f"))
    yield Column(
        f"resolves\n({report.n_clips:,} clips)", lambda metric: show_x100(metric.gap, spec=".2f")
    )
    yield Column("false calls\nby swaps", lambda metric: _show_rate(metric.by_swaps))
    yield Column("false calls\nby bootstrap", lambda metric: _show_rate(metric.by_bootstrap))
    for size in report.sizes:
        # Stays where no drop could be simulated: the notes say why.
        yield Column(f"power\n{size:,} clips", partial(_show_power, size), stays=True)


def _show_power(size: int, metric: MetricPower) -> str:
    return _show_rate(metric.power.get(size))


def _show_rate(rate: Rate | None) -> str:
    return NO_VALUE if rate is None else f"{show_x100(rate.value)}±{show_x100(rate.error)}"


def _records(report: PowerReport) -> Iterator[Record]:
    yield from map(_record, report.metrics)
    yield from ({"metric": key, "why_absent": why} for key, why in report.absent.items())


def _record(metric: MetricPower) -> Record:
    rates = {
        "false_calls_by_swaps": metric.by_swaps,
        "false_calls_by_bootstrap": metric.by_bootstrap,
        **{f"power.{size}": rate for size, rate in metric.power.items()},
    }
    record: dict[str, Value] = {
        "metric": metric.key,
        "value": metric.value,
        "resolvable_gap": metric.gap,
        "why_no_power": metric.why_no_power,
    }
    for name, rate in rates.items():
        record |= {name: rate.value, f"{name}.error": rate.error}
    return record


def _notes(report: PowerReport) -> list[str]:
    settings = report.settings
    versions = (
        f"an imitation of another version: {100 * settings.changed_share:g} % of the clips come "
        "out as another clip did, so that the two correlate with about "
        f"{1 - settings.changed_share:.2g} (--against takes a real one)"
        if report.against is None
        else report.against.title_with_flaws
    )
    notes = [
        f"{settings.n_trials:,} simulated comparisons a figure, ± the standard error of so many; "
        "values x100, shares in %, each test at 5 %.",
        f"Each draws clips with replacement, and results from the system and from {versions}; a "
        "coin a clip says which side gets which, so that neither side is better: a call is false.",
        f"Power: how often a drop of {100 * settings.drop:g} % of the value is called, where a "
        "share of one side's captions, drawn at random, scores as in the system's worst quarter.",
        "resolves: the smallest true difference that is called with a power of 80 %.",
    ]
    notes += [
        f"{METRICS[metric.key].label}: {metric.why_no_power}"
        for metric in report.metrics
        if metric.why_no_power
    ]
    rows = filter(None, (report.row, report.against))
    notes += filter(None, (row.describe_integrity() for row in rows))
    return notes + name_absent("Left out", report.absent)
