"""``bench baseline``: the runs that a gate holds others against."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.arguments import trust_edited_option
from benchmark.cli.outputs import out_file
from benchmark.cli.terminal import say


@click.group()
def command() -> None:
    """Accept runs as baselines."""


@command.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--reason", required=True, help="Why these numbers are the ones to hold.")
@click.option(
    "--out",
    type=out_file(makes_folders=True),
    help="The baseline's file; else leaderboards/baselines/DATASET-SPLIT.json.",
)
@trust_edited_option
def accept(run: Path, reason: str, out: Path | None, trust_edited: bool) -> None:
    """Make a complete RUN the baseline of its data set."""
    from benchmark.gate.acceptance import accept_run

    accepted = accept_run(run, reason, out, trust_edited=trust_edited)
    say(f"{accepted.path}: version {accepted.version}, run {accepted.run}")
    for line in (*accepted.caveats, *accepted.changes):
        say(f"  {line}")
