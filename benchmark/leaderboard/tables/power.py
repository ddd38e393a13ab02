"""How often comparisons err, and how small a drop they see, as text."""

from __future__ import annotations

import json

from benchmark.display.tables import NO_VALUE, Format, entitle, lay_out
from benchmark.leaderboard.power import MetricPower, PowerReport
from benchmark.leaderboard.tables.absent import name_absent
from benchmark.metrics.catalogue import METRICS
from benchmark.stats.power import Rate


def render_power(report: PowerReport, form: Format) -> str:
    """Lay a report out in a format; json holds the raw figures."""
    if form == "json":
        return json.dumps(report.to_json(), indent=1)
    line_break = "\n" if form == "text" else " "
    header = [
        "metric",
        "value",
        f"resolves{line_break}({report.n_clips:,} clips)",
        f"false calls{line_break}by swaps",
        f"false calls{line_break}by bootstrap",
        *(f"power{line_break}{size:,} clips" for size in report.sizes),
    ]
    table = lay_out([_line(metric, report.sizes) for metric in report.metrics], header, form)
    title = f"{report.row.dataset}, {report.row.name}, {report.n_clips:,} clips"
    return entitle(f"### {title}" if form == "md" else title, table, form, _notes(report))


def _line(metric: MetricPower, sizes: tuple[int, ...]) -> list[str]:
    return [
        METRICS[metric.key].label,
        f"{100 * metric.value:.2f}",
        f"{100 * metric.gap:.2f}",
        _percent(metric.by_swaps),
        _percent(metric.by_bootstrap),
        *(_percent(metric.power.get(size)) for size in sizes),
    ]


def _percent(rate: Rate | None) -> str:
    if rate is None:
        return NO_VALUE
    return f"{100 * rate.value:.1f}±{100 * rate.error:.1f}"


def _notes(report: PowerReport) -> list[str]:
    settings = report.settings
    versions = (
        f"an imitation of another version: {100 * settings.changed_share:g} % of the clips come "
        "out as another clip did, so that the two correlate with about "
        f"{1 - settings.changed_share:.2g} (--against takes a real one)"
        if report.against is None
        else report.against.name
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
    return notes + name_absent("Left out", report.absent)
