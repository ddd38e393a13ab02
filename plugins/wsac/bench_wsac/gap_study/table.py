"""The modality gap as tables: one per encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from bench_wsac.gap_study.crossings import Crossing
from bench_wsac.gap_study.study import EncoderGap, GapReport
from benchmark.cli.door import (
    NO_VALUE,
    WHOLE,
    Column,
    Format,
    Part,
    Record,
    Table,
    View,
    render,
    show_number,
    show_x100,
    wrap,
)

_LEGEND = (
    "gap: length of the sounds' mean less the captions', without what chance adds to it where "
    "clips are few, [95 % interval over clips] (gap_estimate, gap_low, gap_high in json and csv); "
    "gap_norm there is the plain norm, as is the length of a shift (shift_norm), which was "
    "subtracted as it is; own, others': mean cosine of a sound and "
    "its own or other clips' references; R@1: sounds whose nearest reference is their own, in %; "
    "kept: mean cosine of what a strategy changed (the sounds; for noise and a shift of captions "
    "the references) and what it was. Nothing is scaled back to unit length after a strategy."
)


def render_gap(report: GapReport, form: Format, view: View = WHOLE) -> str:
    """Lay a report out in a format; csv and json hold the raw figures."""
    memory = f"{report.run}: {report.dataset}, memory {report.train}"
    tables = [_table(encoder, report.integrity.state) for encoder in report.encoders]
    note = report.integrity.describe(report.run)
    parts: list[Part] = [memory, *([note] if note else []), *tables, wrap(_LEGEND)]
    return render(parts, form, report.to_json(), view)


def describe_crossing(crossing: Crossing) -> str:
    """Spell a strategy and its settings: ``projection (temperature 0.01)``."""
    settings = crossing.settings
    match crossing.strategy:
        case "shift" | "shift of captions":
            how = f" by {settings['shift_norm']:.3f} ({settings['gap_source']})"
        case "projection":
            how = f" (temperature {settings['temperature']:.3g})"
        case "noise":
            how = f" (std {settings['noise_std']:.3g})"
        case _:
            how = ""
    return crossing.strategy + how


def _table(encoder: EncoderGap, seal: str) -> Table[Crossing]:
    before = encoder.before
    pairs = f"{len(before.sounds):,} clips, {len(before.captions):,} references, "
    if "n_pairs" in encoder.crossings[0].settings:  # each row says itself what it is of
        pairs = ""
    memory = "" if encoder.n_memory is None else f"{encoder.n_memory:,} training captions, "
    users = f"; used by {', '.join(encoder.systems)}" if encoder.systems else ""
    return Table(
        columns=_COLUMNS,
        rows=encoder.crossings,
        title=wrap(
            f"{encoder.encoder}: {pairs}{memory}{before.sounds.shape[1]:,} dimensions{users}"
        ),
        notes=(*encoder.notes, *_note_lengths(encoder.crossings)),
        records=[{**_record(encoder, each), "seal": seal} for each in encoder.crossings],
    )


def _show_pairs(crossing: Crossing) -> str:
    settings = crossing.settings
    return (
        f"{settings['n_pairs']:,} of {settings['pairs_of']}" if "n_pairs" in settings else NO_VALUE
    )


def _show_gap(crossing: Crossing) -> str:
    length = crossing.length
    if length.gap_estimate is None:
        return show_number(crossing.figures.gap_norm, ".3f")
    shown = show_number(length.gap_estimate, ".3f")
    if length.gap_low is None or length.gap_high is None:
        return shown
    return f"{shown} [{length.gap_low:.3f}, {length.gap_high:.3f}]"


def _note_lengths(crossings: Sequence[Crossing]) -> list[str]:
    """Say what is to be known of the gaps, each thing once and of which strategies."""
    strategies: dict[str, list[str]] = {}
    for crossing in crossings:
        if crossing.length.gap_note is not None:
            names = strategies.setdefault(crossing.length.gap_note, [])
            names.append(crossing.strategy)
    return [
        wrap(f"gap, {', '.join(dict.fromkeys(names))}: {note}.")
        for note, names in strategies.items()
    ]


def _show_kept(crossing: Crossing) -> str:
    return NO_VALUE if crossing.strategy == "before" else show_number(crossing.kept_cosine, ".3f")


def _record(encoder: EncoderGap, crossing: Crossing) -> Record:
    return {
        "encoder": encoder.encoder,
        "strategy": crossing.strategy,
        **asdict(crossing.figures),
        **asdict(crossing.length),
        "kept_cosine": crossing.kept_cosine,
        **crossing.settings,
    }


_COLUMNS: tuple[Column[Crossing], ...] = (
    Column("strategy", describe_crossing),
    Column("pairs", _show_pairs),
    Column("gap", _show_gap),
    Column("own", lambda crossing: show_number(crossing.figures.paired_cosine, ".3f")),
    # Stays where there is but one clip, and so no other's caption.
    Column(
        "others'", lambda crossing: show_number(crossing.figures.unpaired_cosine, ".3f"), stays=True
    ),
    Column("R@1", lambda crossing: show_x100(crossing.figures.recall_at_1)),
    Column("kept", _show_kept, stays=True),
)
