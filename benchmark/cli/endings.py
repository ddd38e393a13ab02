"""Ends every command that makes a run: prints the table and the folder, sets the exit code."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence

from benchmark.cli.arguments import Layout
from benchmark.cli.terminal import say, say_line, say_tables, warn
from benchmark.cli.view import find_view
from benchmark.contract import Lineup
from benchmark.display.layout import Format
from benchmark.errors import MachineError, listed
from benchmark.leaderboard.rows import rows_of
from benchmark.leaderboard.tables import render
from benchmark.runs.aac_metrics_files import FOLDER, write_aac_metrics_files
from benchmark.runs.folder import RunFolder
from benchmark.runs.record import RunRecord
from benchmark.systems.explaining import Explained


def finish(
    records: Sequence[RunRecord],
    *,
    layout: Layout = "text",
    rank_by: str | None = None,
    published: bool = False,
    lineups: Sequence[Lineup] = (),
) -> None:
    """Print the leaderboard of sealed runs, and end with what failed in them.

    The exit code is 1 where a system failed, to say what its captions leaned on too, else 3 where
    a metric did that all it needs is here for. What merely cannot be had here is no failure.

    Args:
        records: of the runs.
        layout: a format of tables, or ``aac-metrics`` for text and files beside it. What is no
            text is printed alone, so that programs can read it; where the run lies is an error
            stream's affair then.
        rank_by: key of the metric to rank by.
        published: print all numbers from papers below the table.
        lineups: else those of these.
    """
    rows = rows_of(records)
    form: Format = "text" if layout == "aac-metrics" else layout
    view = find_view(_tell_how_to_see_all(records, rank_by))
    tables = render(
        rows,
        form,
        rank_by=rank_by,
        published=published,
        lineups=lineups,
        view=view,
        tells_looks=True,
    )
    say_tables(tables)
    for record in records:
        say("", err=form != "text")
        say_line(f"Run: {record.path}", err=form != "text")
        if layout == "aac-metrics":
            _write_files(record)
        for name, reason in record.manifest.failures.items():
            warn(f"{name} stopped {reason}")
            say_line(f"       its traceback is in {RunFolder(record.path).ledger_path}", err=True)
        _tell_failed_clips(record)
        if record.manifest.is_partial:
            warn(f"{record.path} is partial; finish it with `bench run --resume {record.path}`")
    is_unexplained = [_tell_unexplained_in(record) for record in records]
    if any(is_unexplained) or not all(row.complete for row in rows):
        sys.exit(1)
    if any(cell.has_failed for row in rows for cell in row.metrics.values()):
        sys.exit(MachineError.exit_code)


def _tell_how_to_see_all(records: Sequence[RunRecord], rank_by: str | None) -> str:
    """Name the command that shows the whole table without the work being done again."""
    runs = shlex.join(str(record.path) for record in records)
    ranked = f" --rank-by {rank_by}" if rank_by else ""
    return f"`bench leaderboard {runs}{ranked} --wide` shows all"


def _tell_failed_clips(record: RunRecord) -> None:
    """Name the clips that systems have no caption of though they went on, and why of the first."""
    for name, system in record.systems.items():
        failed = system.sealed.failed_clips
        if not failed or system.sealed.failure is not None:
            continue
        clip_id, error = next(iter(failed.items()))
        warn(f"{name} has no caption of {len(failed):,} clips: {listed([*failed])}")
        say_line(f"       the first: at clip {clip_id!r}: {error}", err=True)
        say_line(f"       try them again with `bench run --resume {record.path}`", err=True)


def tell_unexplained(name: str, explained: Mapping[str, Explained], cure: str = "") -> bool:
    """Say on the error stream where a system failed to say what its captions leaned on.

    Args:
        name: of the system.
        explained: by clip what it said.
        cure: a line that follows.

    Returns:
        Whether it failed anywhere.
    """
    errors = {clip_id: each.error for clip_id, each in explained.items() if each.error}
    for clip_id, error in list(errors.items())[:1]:
        told = (
            f"{name} did not say what {len(errors):,} of its {len(explained):,} captions "
            f"leaned on; at clip {clip_id!r}: {error}"
        )
        warn(told)
        if cure:
            say_line(cure, err=True)
    return bool(errors)


def _tell_unexplained_in(record: RunRecord) -> bool:
    """Say what is not known of why captions are as they are, if that was asked for."""
    explained = {name: system.explained for name, system in record.systems.items()}
    if record.plan.feeding.is_explained and not any(explained.values()):
        warn("no system of this run says what its captions lean on.")
    where = f"       its traceback is in {RunFolder(record.path).ledger_path}"
    failed = [name for name, each in explained.items() if tell_unexplained(name, each, where)]
    return bool(failed)


def _write_files(record: RunRecord) -> None:
    """Write a run's scores in aac-metrics' layout, and say what was written."""
    written = write_aac_metrics_files(record, record.path / FOLDER)
    for files in written.values():
        say(f"  {files.corpus}\n  {files.sentences}")
    if left_out := [name for name in record.systems if name not in written]:
        warn(
            f"not written for {listed(left_out)}: scored leave-one-out, which aac-metrics' "
            "files cannot hold."
        )
