"""Ends every command that makes a run: prints the table and the folder, sets the exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from benchmark.leaderboard.rows import rows_of
from benchmark.leaderboard.tables import render
from benchmark.runs.folder import RunFolder
from benchmark.runs.record import RunRecord
from benchmark.systems.lineups import Lineup


def finish(
    records: Sequence[RunRecord],
    *,
    rank_by: str | None = None,
    published: bool = False,
    lineups: Sequence[Lineup] = (),
) -> None:
    """Print the leaderboard of sealed runs; exit with 1 where a system failed.

    Args:
        records: of the runs.
        rank_by: key of the metric to rank by.
        published: print all numbers from papers beside the table.
        lineups: else those of these.
    """
    rows = rows_of(records)
    click.echo(render(rows, "text", rank_by=rank_by, published=published, lineups=lineups))
    for record in records:
        click.echo(f"\nRun: {record.path}")
        for name, reason in record.manifest.failures.items():
            click.echo(f"bench: {name} stopped {reason}", err=True)
            click.echo(f"       its traceback is in {RunFolder(record.path).ledger_path}", err=True)
    if not all(row.complete for row in rows):
        sys.exit(1)
