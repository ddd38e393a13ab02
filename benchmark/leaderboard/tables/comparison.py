"""Two systems held against each other, as text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmark.display.numbers import show_p_value, show_x100
from benchmark.display.records import Record
from benchmark.display.tables import NO_VALUE, WHOLE, Column, Format, Part, Table, View, render
from benchmark.display.view import Tone
from benchmark.leaderboard.comparison import ComparedMetric, Comparison, Verdict
from benchmark.metrics.absent import name_absent
from benchmark.metrics.catalogue import METRICS
from benchmark.runs.looks import describe_looks
from benchmark.runs.record import SystemRecord
from benchmark.stats.deciding import units_needed


def _label(metric: ComparedMetric) -> str:
    return METRICS[metric.key].label + ("" if metric.is_one_thing else " (!)")


def _show_difference(metric: ComparedMetric) -> str:
    tested = metric.tested
    if tested is None:
        return NO_VALUE
    return show_x100(metric.result.difference, tested.low, tested.high, spec="+.2f")


def _tone(metric: ComparedMetric) -> Tone:
    tones: dict[Verdict, Tone] = {"A better": "good", "B better": "bad"}
    return tones.get(metric.verdict, "faint")


def _show_detectable(metric: ComparedMetric) -> str:
    is_open = metric.verdict == "not distinguishable"
    return show_x100(metric.detectable if is_open else None, spec=".2f")


def _show_p(name: str, metric: ComparedMetric) -> str:
    p = metric.figures[name]
    return show_p_value(p) if isinstance(p, float) else NO_VALUE


def _show_corrected(metric: ComparedMetric) -> str:
    return NO_VALUE if metric.is_primary else _show_p("p_corrected", metric)


_COLUMNS: tuple[Column[ComparedMetric], ...] = (
    Column("metric", _label),
    Column("A", lambda metric: show_x100(metric.result.first, spec=".2f")),
    Column("B", lambda metric: show_x100(metric.result.second, spec=".2f")),
    Column("A - B", _show_difference),
    Column("verdict", lambda metric: metric.verdict, tone=_tone),
    Column("would be\ncalled", _show_detectable),
    Column("p\nHolm", _show_corrected),
    Column("p\nswaps", partial(_show_p, "p_randomisation")),
    Column("p\nbootstrap", partial(_show_p, "p_bootstrap")),
    Column("p\nunpaired", partial(_show_p, "p_unpaired")),
)


def render_comparison(
    comparison: Comparison, form: Format, view: View = WHOLE, *, tells_looks: bool = False
) -> str:
    """Lay a comparison out in a format; csv and json hold the raw figures.

    Args:
        comparison: of two systems.
        form: of the text.
        view: of the terminal that text is for; else the table is whole.
        tells_looks: whether to say how often the split was scored on this machine.
    """
    table = Table(
        columns=_COLUMNS,
        rows=comparison.metrics,
        title=_title(comparison),
        notes=_notes(comparison),
        records=[{**record, **_seals(comparison)} for record in _records(comparison)],
    )
    parts: list[Part] = [table]
    if tells_looks:
        parts += describe_looks([comparison.pair.first.plan.references_sha256])
    return render(parts, form, comparison.to_json(), view)


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
        *_tell_outcome(comparison),
        _tell_scope(comparison),
        f"Values x100; in brackets the 95 % interval of the test, approximate randomisation "
        f"({comparison.n_draws:,} rounds in which {units} are swapped between A and B). "
        + _tell_families(comparison),
        *_tell_called(comparison),
        f"p bootstrap: of as many paired draws of {units}; p unpaired: of a z-test as if A and B "
        "had been run on different clips.",
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


def _tell_outcome(comparison: Comparison) -> Iterator[str]:
    """Say in words what the primary metric shows, and where the clips are too few to show it."""
    if (primary := comparison.primary) is not None:
        label = METRICS[primary.key].label
        gap = show_x100(primary.detectable, spec=".2f")
        more = (
            f"; a difference of {gap} would have been called with 80 %" if gap != NO_VALUE else ""
        )
        is_open = primary.verdict == "not distinguishable"
        yield f"By {label}: {_WORDS[primary.verdict]}{more if is_open else ''}."
    if any(metric.verdict == "too few clips" for metric in comparison.metrics):
        units = "clusters" if comparison.n_clusters else "clips"
        n_units = comparison.n_clusters or comparison.pair.n_clips
        needed = [units_needed(1)] * (comparison.primary is not None)
        needed += [units_needed(comparison.n_others)] * (comparison.n_others > 0)
        yield (
            f"{n_units:,} {units} are too few: a test by swaps needs {min(needed)}"
            + (f", one of {comparison.n_others} metrics {max(needed)}" * (len(set(needed)) > 1))
            + ", and more to call what is not plain."
        )


def _tell_called(comparison: Comparison) -> Iterator[str]:
    if any(_show_detectable(metric) != NO_VALUE for metric in comparison.metrics):
        yield (
            "would be called: the smallest true difference that would have been called with a "
            "power of 80 %."
        )


_WORDS: dict[Verdict, str] = {
    "A better": "A is better",
    "B better": "B is better",
    "not distinguishable": "not distinguishable",
    "too few clips": "the clips are too few to tell",
    "same on every clip": "the same on every clip",
    "not to be compared": "not to be compared",
}


def _tell_scope(comparison: Comparison) -> str:
    """Say what the verdicts are of: of sets of captions, or of what makes them."""
    one, other = comparison.n_seeds
    if one == other == 1:
        return (
            "Verdicts are of these two sets of captions, on clips such as these; the same systems "
            "with other seeds may come out otherwise."
        )
    seeds = f"A has {one} seed{'s' * (one > 1)}, B {other}"
    if min(one, other) == 1:
        single = "A" if one == 1 else "B"
        return (
            f"{seeds}: clips and seeds both count as chance, but of {single} the verdicts are of "
            "its one run."
        )
    return f"{seeds}: clips and seeds both count as chance, so verdicts are of the systems."


def _tell_families(comparison: Comparison) -> str:
    n_others, primary = comparison.n_others, comparison.primary
    one = "metric is tested at 5 % as well"
    others = f"{n_others} metrics are corrected by Holm, 5 % together" if n_others > 1 else one
    if primary is None:
        return f"All {others}." if n_others > 1 else ""
    alone = f"{METRICS[primary.key].label} is tested at 5 % alone"
    if not n_others:
        return f"{alone}."
    return f"{alone}, as a table of the two does; the other {others}."


def _parts(parts: tuple[str, ...]) -> str:
    return " ".join(parts) or "nothing"
