"""``bench caption``: captions for sounds that have no references."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from benchmark.cli.arguments import (
    data_root_option,
    embeddings_option,
    explain_option,
    form_option,
    gathered,
    learning_options,
    system_option,
)
from benchmark.cli.endings import tell_unexplained
from benchmark.cli.installed import load_plugins
from benchmark.cli.isolation import isolation_options
from benchmark.cli.patience import patience_options
from benchmark.cli.terminal import say, warn
from benchmark.display.layout import Format
from benchmark.display.records import to_json
from benchmark.display.tables import Column, Table, render
from benchmark.files import JsonObject
from benchmark.leaderboard.tables.evidence import (
    Piece,
    evidence_columns,
    list_pieces,
    wrap_caption,
)
from benchmark.runs.captioning import caption_sounds
from benchmark.runs.entries import ClipEntry
from benchmark.runs.isolation.apart import Apart
from benchmark.runs.learning import AskedLearning
from benchmark.runs.plan import Feeding
from benchmark.runs.requests import CaptionRequest


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@system_option
@learning_options("Training split of a system that learns, as audiocaps:train.")
@data_root_option
@embeddings_option
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--device", default="cpu", show_default=True, help="torch's name: cpu, cuda, ...")
@click.option("--batch-size", type=click.IntRange(min=1), default=1, show_default=True)
@patience_options
@explain_option
@isolation_options
@form_option
@gathered(learning=AskedLearning, feeding=Feeding, request=CaptionRequest, apart=Apart)
def command(request: CaptionRequest, form: Format, apart: Apart) -> None:
    """Caption sounds: files and folders in PATHS."""
    name, is_explained = request.system_name, request.feeding.is_explained
    entries, failure = caption_sounds(request, load_plugins(), apart=apart)
    captioned = [entry for entry in entries if entry.caption is not None]
    if captioned:
        say(_lay_out_explained(captioned, form) if is_explained else _lay_out(captioned, form))
    for entry in entries:
        if entry.caption is None:
            warn(f"{entry.clip_id}: {entry.error}")
    if failure is not None:
        warn(f"{name} stopped {failure}")
    explained = {entry.clip_id: entry.explained for entry in captioned if entry.explained}
    is_unexplained = tell_unexplained(name, explained)
    if is_explained and captioned and not explained:
        warn(f"{name} does not say what its captions lean on.")
    if len(captioned) < len(entries) or failure is not None or is_unexplained:
        sys.exit(1)


def _lay_out(entries: Sequence[ClipEntry], form: Format) -> str:
    captions = {entry.clip_id: entry.caption or "" for entry in entries}
    if form == "json":
        return to_json(captions, is_ascii=False)
    table: Table[tuple[str, str]] = Table(
        columns=[
            Column("sound", lambda pair: pair[0]),
            Column("caption", lambda pair: pair[1], side="left", stays=True),
        ],
        rows=list(captions.items()),
        records=[
            {"file_name": clip_id, "caption_predicted": caption}
            for clip_id, caption in captions.items()
        ],
    )
    return render([table], form)


@dataclass(frozen=True, slots=True)
class _Line:
    """A piece of evidence of a sound's caption; the sound's first line names both."""

    entry: ClipEntry
    piece: Piece | None
    is_first: bool


def _lay_out_explained(entries: Sequence[ClipEntry], form: Format) -> str:
    """Lay captions out with what they leaned on: a line a piece, in json an object a sound."""
    if form == "json":
        return to_json({entry.clip_id: _spell(entry) for entry in entries}, is_ascii=False)
    lines: list[_Line] = []
    for entry in entries:
        pieces: list[Piece | None] = [*list_pieces(entry.explained)] or [None]
        lines += [_Line(entry, piece, at == 0) for at, piece in enumerate(pieces)]
    table: Table[_Line] = Table(
        columns=[
            Column("sound", lambda line: line.entry.clip_id if line.is_first else ""),
            Column(
                "caption",
                lambda line: wrap_caption(line.entry.caption or "") if line.is_first else "",
                side="left",
            ),
            *evidence_columns(lambda line: line.piece),
        ],
        rows=lines,
        records=[
            {
                "file_name": line.entry.clip_id,
                "caption_predicted": line.entry.caption or "",
                **(line.piece.to_record() if line.piece else {}),
            }
            for line in lines
        ],
    )
    return render([table], form)


def _spell(entry: ClipEntry) -> JsonObject:
    explained = entry.explained
    return {
        "caption_predicted": entry.caption or "",
        "explanation": explained.spell_evidence() if explained and not explained.error else None,
    }
