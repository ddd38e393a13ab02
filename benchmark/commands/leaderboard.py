"""``bench leaderboard``: the table of one or more runs."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.tables import FORMATS


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
)
@click.option("--published", is_flag=True, help="Print numbers from papers beside the table.")
def command(runs: tuple[Path, ...], form: str, published: bool) -> None:
    """Print the table of one or more RUNS; rows over other clips stand apart."""
    from typing import cast

    from benchmark.leaderboard import read_rows
    from benchmark.tables import Format, render

    click.echo(render(read_rows(runs), cast(Format, form), published=published).rstrip("\n"))
