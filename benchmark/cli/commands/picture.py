"""``bench picture``: runs as one picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING

import click

from benchmark.cli.arguments import rank_by_option, trust_edited_option
from benchmark.cli.outputs import out_file
from benchmark.cli.terminal import say

if TYPE_CHECKING:
    from benchmark.leaderboard.rows import Row


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    required=True,
    type=out_file(),
    help="The file; its name says which format: svg, png or pdf.",
)
@click.option(
    "--kind",
    type=click.Choice(["pareto", "latency"]),
    default="pareto",
    show_default=True,
    help="Quality against latency with the Pareto front, or how latencies are spread.",
)
@rank_by_option
@trust_edited_option
def command(
    runs: tuple[Path, ...], out: Path, kind: str, rank_by: str | None, trust_edited: bool
) -> None:
    """Draw finished RUNS: their systems between quality and latency."""
    from benchmark.display.figures import require_picture, save_figure
    from benchmark.leaderboard.pictures.latency_curves import draw_latencies, read_latencies
    from benchmark.leaderboard.pictures.pareto import weigh
    from benchmark.leaderboard.pictures.trade_off import draw_trade_off
    from benchmark.leaderboard.rows import rows_of
    from benchmark.runs.reading import read_runs

    require_picture(out)
    rows = rows_of(read_runs(runs, trust_edited=trust_edited))
    if kind == "latency":
        save_figure(draw_latencies(read_latencies(runs), title_of(rows)), out)
        return
    trade_off = weigh(rows, rank_by)
    save_figure(draw_trade_off(trade_off, title_of(rows, f", {trade_off.n_clips:,} clips")), out)
    names = ", ".join(point.name for point in trade_off.front)
    say(f"Pareto front: {names or 'no system is complete'}")


def title_of(rows: Sequence[Row], clips: str = "") -> str:
    """Name the splits of rows, and say where times of several machines stand side by side."""
    from benchmark.leaderboard.rows import describe_integrity

    title = ", ".join(dict.fromkeys(str(row.label) for row in rows)) + clips
    title += "".join(f"\n{shorten(note, 100)}" for note in describe_integrity(rows))
    machines = {row.latency.machine for row in rows if row.latency}
    return title + ("\ntimes of different machines do not compare" if len(machines) > 1 else "")
