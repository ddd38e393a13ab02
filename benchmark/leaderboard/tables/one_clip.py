"""One clip of a run as text: references, captions with their scores, what they leaned on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmark.contract import Evidence
from benchmark.contract.metrics import Metric
from benchmark.display.numbers import show_number, show_x100
from benchmark.display.tables import NO_VALUE, WHOLE, Column, Format, Part, Table, View, render
from benchmark.leaderboard.one_clip import OneClip, SystemOnClip
from benchmark.leaderboard.oracle import OracleCaptions
from benchmark.leaderboard.tables.evidence import (
    Piece,
    evidence_columns,
    list_pieces,
    wrap_caption,
)
from benchmark.leaderboard.tables.importance import order_of_metric
from benchmark.runs.record import with_flaws


@dataclass(frozen=True, slots=True)
class _Line:
    """A piece of what a system's caption leaned on; the system's first line names it."""

    system: SystemOnClip
    piece: Piece
    is_first: bool


def render_clip(clip: OneClip, form: Format, view: View = WHOLE) -> str:
    """Lay a clip out in a format; csv and json hold raw scores."""
    parts: list[Part] = [
        f"{clip.record.plan.dataset}, clip {clip.clip_id!r} in {clip.record.path}",
        _references_table(clip.references),
        _captions_table(clip),
    ]
    if note := clip.record.describe_integrity():
        parts.append(note)
    if evidence := _evidence_table(clip.systems):
        parts.append(evidence)
    elif clip.is_asked:
        parts.append("None of these systems said what its caption leaned on.")
    else:
        parts.append("What captions leaned on is known of runs that were made with --explain.")
    if clip.oracle is not None:
        parts.append(_oracle_table(clip.oracle))
    return render(parts, form, clip.to_json(), view)


def _references_table(references: Sequence[str]) -> Table[tuple[int, str]]:
    rows = list(enumerate(references, start=1))
    return Table(
        columns=[
            Column("reference", lambda row: str(row[0])),
            Column("what people said", lambda row: row[1], "left", order=0, flex="wrap"),
        ],
        rows=rows,
        title="References:",
        name="references",
        records=[{"number": number, "reference": text} for number, text in rows],
    )


def _captions_table(clip: OneClip) -> Table[SystemOnClip]:
    def score(metric: Metric) -> Callable[[SystemOnClip], str]:
        return lambda system: show_x100(system.scores[metric.key])

    less = [metric.label for metric in clip.metrics if not metric.higher_is_better]
    return Table(
        columns=[
            Column("system", lambda system: with_flaws(system.name, system.flaws)),
            Column("rung", lambda system: "" if system.rung == "system" else system.rung, order=1),
            Column("caption", _show_caption, "left", stays=True, order=0, flex="wrap"),
            *(
                Column(metric.label, score(metric), "right", order=order_of_metric(metric.key))
                for metric in clip.metrics
            ),
        ],
        rows=clip.systems,
        title="Captions:",
        notes=["Scores x100.", *(f"{label}: less is better." for label in less)],
        name="captions",
        records=[
            {
                "system": system.name,
                "rung": system.rung,
                "caption": system.caption,
                "seal": clip.record.integrity.state,
                **system.scores,
            }
            for system in clip.systems
        ],
    )


def _show_caption(system: SystemOnClip) -> str:
    if system.caption is None:
        return f"({system.silence})"
    return wrap_caption(system.caption)


def _evidence_table(systems: Sequence[SystemOnClip]) -> Table[_Line] | None:
    lines = [
        _Line(system, piece, at == 0)
        for system in systems
        for at, piece in enumerate(list_pieces(system.explained))
    ]
    if not lines:
        return None
    return Table(
        columns=[
            Column("system", lambda line: line.system.name if line.is_first else "", side="left"),
            *evidence_columns(lambda line: line.piece),
        ],
        rows=lines,
        title="What the captions leaned on:",
        notes=["Weights are in each system's own measure."],
        name="evidence",
        records=[{"system": line.system.name, **line.piece.to_record()} for line in lines],
    )


def _oracle_table(oracle: OracleCaptions) -> Table[Evidence]:
    return Table(
        columns=[
            Column("BERTScore", lambda piece: show_number(piece.weight, ".3f"), side="right"),
            Column(
                "training caption",
                lambda piece: piece.text or NO_VALUE,
                "left",
                order=0,
                flex="wrap",
            ),
        ],
        rows=oracle.captions,
        title=f"The best that could be copied from {oracle.train}:",
        notes=[f"BERTScore: {oracle.model}, mean F1 over the references."],
        name="oracle",
        records=[
            {"rank": rank, "caption": piece.text, "bert_score": piece.weight}
            for rank, piece in enumerate(oracle.captions, start=1)
        ],
    )
