"""``bench record``: a run's scores as one file, without its captions."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.arguments import split_list, trust_edited_option
from benchmark.cli.outputs import out_file
from benchmark.cli.terminal import say_line, warn


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=out_file(makes_folders=True), help="Write here.")
@click.option(
    "--statistics",
    default="all",
    show_default=True,
    help="Metrics or sets of them, comma-separated: what rows can be tested by again.",
)
@trust_edited_option
def command(run: Path, out: Path, statistics: str, trust_edited: bool) -> None:
    """Write the scores of a finished RUN as one file, without captions.

    Tables of it are those of the run. It may be passed on where captions may not; a gate needs
    them, so a baseline is made with `bench baseline accept`.
    """
    from benchmark.metrics.catalogue import select_metrics
    from benchmark.runs.reading import read_run, write_run
    from benchmark.runs.withholding import withhold_captions

    whole = read_run(run, trust_edited=trust_edited)
    record = withhold_captions(whole, select_metrics(split_list(statistics, ())))
    write_run(record, out)
    size_mib = out.stat().st_size / 2**20
    if caveat := record.describe_integrity():
        warn(caveat)
    say_line(f"{out}: {len(record.systems)} systems without captions, {size_mib:.1f} MiB")
