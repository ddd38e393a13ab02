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
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--reason", required=True, help="Why these numbers are the ones to hold.")
@click.option(
    "--out",
    type=out_file(makes_folders=True),
    help="The baseline's file; else leaderboards/baselines/DATASET-SPLIT.json.",
)
@trust_edited_option
def accept(runs: tuple[Path, ...], reason: str, out: Path | None, trust_edited: bool) -> None:
    """Make a complete RUN the baseline of its data set.

    Further RUNs are other nights of the same code: how they differ tells a gate what is chance,
    so that it calls smaller losses. Three are a good beginning, five are better. A baseline's
    file in the place of a RUN brings all nights that it holds.
    """
    from benchmark.gate.acceptance import accept_run

    run, *others = runs
    accepted = accept_run(run, reason, out, others=others, trust_edited=trust_edited)
    nights = f", {accepted.n_nights} nights" if accepted.n_nights > 1 else ""
    say(f"{accepted.path}: version {accepted.version}, run {accepted.run}{nights}")
    for line in (*accepted.caveats, *accepted.changes):
        say(f"  {line}")
