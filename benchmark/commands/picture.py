"""``bench picture``: runs as one picture."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file; its name says which format: svg, png or pdf.",
)
@click.option(
    "--kind",
    type=click.Choice(["pareto", "latency"]),
    default="pareto",
    show_default=True,
    help="Quality against latency with the Pareto front, or how latencies are spread.",
)
def command(runs: tuple[Path, ...], out: Path, kind: str) -> None:
    """Draw finished RUNS: their systems between quality and latency."""
    from benchmark.leaderboard import read_rows
    from benchmark.pictures.files import require_picture, save_figure
    from benchmark.pictures.latency_curves import draw_latencies, read_latencies
    from benchmark.pictures.pareto import weigh
    from benchmark.pictures.trade_off import draw_trade_off

    require_picture(out)
    rows = read_rows(runs)
    title = f"{rows[0].dataset}:{rows[0].split}"
    if kind == "latency":
        save_figure(draw_latencies(read_latencies(runs), title), out)
        return
    trade_off = weigh(rows)
    save_figure(draw_trade_off(trade_off, f"{title}, {rows[0].n_scored:,} clips"), out)
    click.echo("Pareto front: " + ", ".join(point.name for point in trade_off.front))
