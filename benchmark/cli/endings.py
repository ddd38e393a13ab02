"""What every command that makes a run ends with: the table, the folder, the exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from benchmark.leaderboard.rows import read_rows
from benchmark.leaderboard.tables import render
from benchmark.runs.carry_out import Outcome
from benchmark.systems.lineups import Lineup


def finish(
    outcomes: Sequence[Outcome], *, published: bool = False, lineups: Sequence[Lineup] = ()
) -> None:
    """Print the leaderboard of sealed runs; exit with 1 where a system failed.

    Args:
        outcomes: of the runs.
        published: print all numbers from papers beside the table.
        lineups: else those of these.
    """
    rows = read_rows(outcome.folder.path for outcome in outcomes)
    click.echo(render(rows, "text", published=published, lineups=lineups))
    for outcome in outcomes:
        click.echo(f"\nRun: {outcome.folder.path}")
        for name, reason in outcome.failures.items():
            click.echo(f"bench: {name} stopped {reason}", err=True)
            click.echo(f"       its traceback is in {outcome.folder.ledger_path}", err=True)
    if not all(row.complete for row in rows):
        sys.exit(1)
