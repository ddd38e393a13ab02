"""``bench caption``: captions for sounds that have no references."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from benchmark.cli.arguments import (
    data_root_option,
    embeddings_option,
    form_option,
    gathered,
    learning_options,
)
from benchmark.cli.installed import load_plugins
from benchmark.display.layout import Format
from benchmark.display.records import to_json
from benchmark.display.tables import Column, Table, render
from benchmark.runs.captioning import caption_sounds
from benchmark.runs.entries import ClipEntry
from benchmark.runs.learning import AskedLearning
from benchmark.runs.plan import Feeding
from benchmark.runs.requests import CaptionRequest


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--system", "system_name", required=True, help="NAME or NAME[key=value,...].")
@learning_options
@data_root_option
@embeddings_option
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--device", default="cpu", show_default=True, help="torch's name: cpu, cuda, ...")
@click.option("--batch-size", type=click.IntRange(min=1), default=1, show_default=True)
@form_option
@gathered(learning=AskedLearning, feeding=Feeding, request=CaptionRequest)
def command(request: CaptionRequest, form: Format) -> None:
    """Caption sounds: files and folders in PATHS."""
    entries, failure = caption_sounds(request, load_plugins())
    captioned = [entry for entry in entries if entry.caption is not None]
    if captioned:
        click.echo(_lay_out(captioned, form))
    for entry in entries:
        if entry.caption is None:
            click.echo(f"bench: {entry.clip_id}: {entry.error}", err=True)
    if failure is not None:
        click.echo(f"bench: {request.system_name} stopped {failure}", err=True)
    if len(captioned) < len(entries) or failure is not None:
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
