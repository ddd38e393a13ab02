"""``bench leaderboard``: the table of one or more runs."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click

from benchmark.cli.arguments import form_option, rank_by_option, trust_edited_option
from benchmark.cli.outputs import out_file
from benchmark.cli.terminal import say, say_tables
from benchmark.cli.view import find_view, wide_option
from benchmark.display.layout import Format


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@form_option
@wide_option
@rank_by_option
@click.option("--published", is_flag=True, help="Print numbers from papers below the table.")
@click.option(
    "--beside",
    is_flag=True,
    help="Print, below the row of a system, the numbers in papers that are known to be of it.",
)
@click.option(
    "--against",
    metavar="ROW",
    help="Hold the other rows against this one: differences with simultaneous intervals.",
)
@trust_edited_option
@click.option("-o", "--out", type=out_file(makes_folders=True), help="Write here.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where --out holds another text.")
def command(
    runs: tuple[Path, ...],
    form: Format,
    rank_by: str | None,
    published: bool,
    beside: bool,
    against: str | None,
    trust_edited: bool,
    out: Path | None,
    check: bool,
) -> None:
    """Print the table of one or more RUNS; rows over other clips stand apart.

    A RUN is a folder, or a baseline's file. What --out holds is whole, as with --wide.
    """
    from benchmark.display.view import WHOLE
    from benchmark.files import write_text
    from benchmark.leaderboard.rows import rows_of
    from benchmark.leaderboard.tables import render
    from benchmark.runs.reading import read_runs

    if check and out is None:
        raise click.UsageError("--check compares with a file; name it with --out.")
    rows = rows_of(read_runs(runs, trust_edited=trust_edited))
    view = find_view() if out is None else WHOLE
    text = render(
        rows,
        form,
        rank_by=rank_by,
        published=published,
        beside=beside,
        view=view,
        tells_looks=out is None,
        against=against,
    )
    text = text.rstrip("\n")
    if out is None:
        say_tables(text)
    elif check:
        _compare(text, out)
    else:
        write_text(out, text)


def _compare(text: str, path: Path) -> None:
    """Exit with 1, and show what differs, where a file does not hold the text."""
    kept = path.read_bytes().decode(errors="replace").splitlines() if path.is_file() else []
    differing = list(difflib.unified_diff(kept, text.splitlines(), str(path), "now", lineterm=""))
    if differing:
        say("\n".join(differing), err=True)
        say(f"{path} is out of date; write it again without --check.", err=True)
        sys.exit(1)
    say(f"{path} is up to date.")
