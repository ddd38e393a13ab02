"""Two systems held against each other, as text."""

from __future__ import annotations

from collections.abc import Iterator

from benchmark.display.numbers import show_p_value, show_x100
from benchmark.display.records import Record
from benchmark.display.tables import WHOLE, Column, Format, Table, View, render
from benchmark.display.view import Tone
from benchmark.leaderboard.comparison import ComparedMetric, Comparison, Verdict
from benchmark.metrics.absent import name_absent
from benchmark.metrics.catalogue import METRICS
from benchmark.runs.record import SystemRecord


def _label(metric: ComparedMetric) -> str:
    return METRICS[metric.key].label + ("" if metric.is_one_thing else " (!)")


def _show_difference(metric: ComparedMetric) -> str:
    result = metric.result
    return show_x100(result.difference, result.low, result.high, spec="+.2f")


def _tone(metric: ComparedMetric) -> Tone:
    tones: dict[Verdict, Tone] = {"A better": "good", "B better": "bad"}
    return tones.get(metric.verdict, "faint")


_COLUMNS: tuple[Column[ComparedMetric], ...] = (
    Column("metric", _label),
    Column("A", lambda metric: show_x100(metric.result.first, spec=".2f")),
    Column("B", lambda metric: show_x100(metric.result.second, spec=".2f")),
    Column("A - B", _show_difference),
    Column("verdict", lambda metric: metric.verdict, tone=_tone),
    Column("p\nHolm", lambda metric: show_p_value(metric.p_corrected)),
    Column("p\nswaps", lambda metric: show_p_value(metric.result.p_randomisation)),
    Column("p\nbootstrap", lambda metric: show_p_value(metric.result.p_bootstrap)),
    Column("p\nunpaired", lambda metric: show_p_value(metric.result.p_unpaired)),
    Column("resolves", lambda metric: show_x100(metric.gap, spec=".2f")),
)


def render_comparison(comparison: Comparison, form: Format, view: View = WHOLE) -> str:
    """Lay a comparison out in a format; csv and json hold the raw figures."""
    table = Table(
        columns=_COLUMNS,
        rows=comparison.metrics,
        title=_title(comparison),
        notes=_notes(comparison),
        records=[{**record, **_seals(comparison)} for record in _records(comparison)],
    )
    return render([table], form, comparison.to_json(), view)


def _records(comparison: Comparison) -> Iterator[Record]:
    yield from map(_record, comparison.metrics)
    yield from ({"metric": key, "why_absent": why} for key, why in comparison.absent.items())


def _seals(comparison: Comparison) -> Record:
    pair = comparison.pair
    states = pair.first.integrity.state, pair.second.integrity.state
    return dict(zip(("seal_of_a", "seal_of_b"), states, strict=True))


def _record(metric: ComparedMetric) -> Record:
    parts = {
        "only_in_signature_of_a": " ".join(metric.unlike.only_first),
        "only_in_signature_of_b": " ".join(metric.unlike.only_second),
    }
    return {"metric": metric.key, **metric.figures, **parts}


def _title(comparison: Comparison) -> str:
    pair = comparison.pair
    clusters = f" in {comparison.n_clusters:,} clusters" if comparison.n_clusters else ""
    return (
        f"{pair.first.plan.dataset}, {pair.n_clips:,} common clips{clusters} "
        f"({pair.first.contributions.n_clips:,} of A, {pair.second.contributions.n_clips:,} of B)"
    )


def _notes(comparison: Comparison) -> list[str]:
    units = "clusters" if comparison.n_clusters else "clips"
    notes = [
        f"A: {comparison.pair.first.title_with_flaws}",
        f"B: {comparison.pair.second.title_with_flaws}",
        f"Values x100; in brackets the 95 % interval of {comparison.n_draws:,} paired bootstrap "
        f"draws of {units}. The verdict is that of approximate randomisation ({units} swapped "
        "between A and B) at 5 %, corrected by Holm over the metrics of this table.",
        "p unpaired: of a z-test as if A and B had been run on different clips. resolves: the "
        "smallest true difference that a single paired test shows with a power of 80 %.",
    ]
    less = [metric.key for metric in comparison.metrics if not METRICS[metric.key].higher_is_better]
    notes += [f"{METRICS[key].label}: less is better." for key in less]
    notes += [
        f"{METRICS[metric.key].label} (!): not made in the same way, so not to be compared: "
        f"{_parts(metric.unlike.only_first)} of A, {_parts(metric.unlike.only_second)} of B."
        for metric in comparison.metrics
        if not metric.is_one_thing
    ]
    notes += [
        f"{METRICS[metric.key].label}: on the {metric.n_clips:,} clips that have it in both."
        for metric in comparison.metrics
        if metric.n_clips < comparison.pair.n_clips
    ]
    notes += filter(None, map(SystemRecord.describe_integrity, comparison.pair.systems))
    return notes + name_absent("Left out", comparison.absent)


def _parts(parts: tuple[str, ...]) -> str:
    return " ".join(parts) or "nothing"
