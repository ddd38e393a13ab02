"""Two systems held against each other, as text."""

from __future__ import annotations

import json

from benchmark.display.tables import Format, entitle, lay_out
from benchmark.leaderboard.comparison import ComparedMetric, Comparison
from benchmark.leaderboard.tables.absent import name_absent
from benchmark.metrics.catalogue import METRICS

_P_VALUES = ("Holm", "swaps", "bootstrap", "unpaired")


def render_comparison(comparison: Comparison, form: Format) -> str:
    """Lay a comparison out in a format; json holds the raw figures."""
    if form == "json":
        return json.dumps(comparison.to_json(), indent=1)
    line_break = "\n" if form == "text" else " "
    tests = [f"p{line_break}{name}" for name in _P_VALUES]
    header = ["metric", "A", "B", "A - B", "verdict", *tests, "resolves"]
    table = lay_out([_line(metric) for metric in comparison.metrics], header, form)
    title = _title(comparison)
    return entitle(f"### {title}" if form == "md" else title, table, form, _notes(comparison))


def _title(comparison: Comparison) -> str:
    rows = comparison.rows
    clusters = f" in {comparison.n_clusters:,} clusters" if comparison.n_clusters else ""
    return (
        f"{rows.first.dataset}, {len(rows.clips.clip_ids):,} common clips{clusters} "
        f"({rows.first.statistics.n_clips:,} of A, {rows.second.statistics.n_clips:,} of B)"
    )


def _line(metric: ComparedMetric) -> list[str]:
    result = metric.result
    tested = metric.p_corrected, result.p_randomisation, result.p_bootstrap, result.p_unpaired
    return [
        METRICS[metric.key].label + ("" if metric.is_one_thing else " (!)"),
        f"{100 * result.first:.2f}",
        f"{100 * result.second:.2f}",
        f"{100 * result.difference:+.2f} [{100 * result.low:+.2f}, {100 * result.high:+.2f}]",
        metric.verdict,
        *(f"{p:.4f}" if p >= 5e-5 else f"{p:.0e}" for p in tested),
        f"{100 * metric.gap:.2f}",
    ]


def _notes(comparison: Comparison) -> list[str]:
    units = "clusters" if comparison.n_clusters else "clips"
    notes = [
        f"A: {comparison.rows.first.name}",
        f"B: {comparison.rows.second.name}",
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
        f"{_parts(metric.only_a)} of A, {_parts(metric.only_b)} of B."
        for metric in comparison.metrics
        if not metric.is_one_thing
    ]
    return notes + name_absent("Left out", comparison.absent)


def _parts(parts: tuple[str, ...]) -> str:
    return " ".join(parts) or "nothing"
