"""The modality gap as text for a terminal: one table per encoder."""

from __future__ import annotations

import textwrap

from benchmark.gap.crossings import Crossing
from benchmark.gap.study import EncoderGap, GapReport

_NOTE_WIDTH = 120
_NONE = "–"  # noqa: RUF001 (an en dash is what tables print for "no value")
_LEGEND = (
    "gap: length of the sounds' mean less the captions'; own, others': mean cosine of a sound and "
    "its own or other clips' references; R@1: sounds whose nearest reference is their own, in %; "
    "kept: mean cosine of what a strategy changed (the sounds; for noise the references) and what "
    "it was. Nothing is scaled back to unit length after a strategy."
)


def render_gap(report: GapReport) -> str:
    """Lay a report out."""
    parts = [f"{report.run}: {report.dataset}, memory {report.train}"]
    for encoder in report.encoders:
        parts += [_heading(encoder), _table(encoder)]
        parts += ["\n".join(_fill(note) for note in encoder.notes)] if encoder.notes else []
    return "\n\n".join([*parts, _fill(_LEGEND)])


def describe_crossing(crossing: Crossing) -> str:
    """Spell a strategy and its settings: ``projection (temperature 0.01)``."""
    settings = crossing.settings
    match crossing.strategy:
        case "shift":
            how = f" by {settings['shift_norm']:.3f} ({settings['gap_source']})"
        case "projection":
            how = f" (temperature {settings['temperature']:.3g})"
        case "noise":
            how = f" (std {settings['noise_std']:.3g})"
        case _:
            how = ""
    return crossing.strategy + how


def _heading(encoder: EncoderGap) -> str:
    n_clips, dim = encoder.before.sounds.shape
    users = f"; used by {', '.join(encoder.systems)}" if encoder.systems else ""
    return _fill(
        f"{encoder.encoder}: {n_clips:,} clips, {len(encoder.before.captions):,} references, "
        f"{encoder.n_memory:,} training captions, {dim:,} dimensions{users}"
    )


def _table(encoder: EncoderGap) -> str:
    from tabulate import tabulate

    header = ["strategy", "gap", "own", "others'", "R@1", "kept"]
    return tabulate(
        [_line(crossing) for crossing in encoder.crossings],
        headers=header,
        tablefmt="rounded_outline",
        disable_numparse=True,
        colalign=("left", *("right",) * (len(header) - 1)),
    )


def _line(crossing: Crossing) -> list[str]:
    figures = crossing.figures
    others = figures.unpaired_cosine
    return [
        describe_crossing(crossing),
        f"{figures.gap_norm:.3f}",
        f"{figures.paired_cosine:.3f}",
        _NONE if others is None else f"{others:.3f}",
        f"{100 * figures.recall_at_1:.1f}",
        _NONE if crossing.strategy == "before" else f"{crossing.kept_cosine:.3f}",
    ]


def _fill(text: str) -> str:
    return textwrap.fill(text, _NOTE_WIDTH, subsequent_indent="  ")
