"""``bench migrate``: files of earlier versions, rewritten as this one writes them."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.arguments import trust_edited_option
from benchmark.cli.terminal import say_line
from benchmark.runs.folder import folders_in
from benchmark.runs.migrating import migrate_run


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@trust_edited_option
def command(runs: tuple[Path, ...], trust_edited: bool) -> None:
    """Rewrite RUNS, folders or baselines, that an earlier version wrote; no number changes.

    All commands read them without it. It seals them, as they are.
    """
    for path in (folder for run in runs for folder in folders_in(run)):
        is_rewritten = migrate_run(path, trust_edited=trust_edited)
        say_line(f"{path}: {'rewritten' if is_rewritten else 'of this version already'}")
