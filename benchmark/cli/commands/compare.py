"""``bench compare``: two systems, tested on the clips that both captioned."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.arguments import form_option, metrics_option, split_list, trust_edited_option
from benchmark.cli.terminal import say_tables
from benchmark.cli.view import find_view, wide_option
from benchmark.display.layout import Format


@click.command()
@click.argument("a")
@click.argument("b")
@metrics_option
@click.option(
    "--draws",
    "n_draws",
    type=click.IntRange(min=100),
    default=10_000,
    show_default=True,
    help="Bootstrap draws, and rounds of swaps.",
)
@click.option(
    "--clusters",
    "clusters_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV with clip_id (or file_name) and cluster: clips that belong together.",
)
@trust_edited_option
@form_option
@wide_option
def command(
    a: str,
    b: str,
    metrics: str | None,
    n_draws: int,
    clusters_file: Path | None,
    trust_edited: bool,
    form: Format,
) -> None:
    """Tell whether system A or B is better; each is RUN or RUN::SYSTEM."""
    from benchmark.leaderboard.comparison import compare_systems
    from benchmark.leaderboard.tables.comparison import render_comparison
    from benchmark.metrics.catalogue import select_metrics
    from benchmark.runs.pairs import SystemPair
    from benchmark.runs.reading import find_systems

    pair = SystemPair.match(*find_systems([a, b], trust_edited=trust_edited))
    keys = select_metrics(split_list(metrics, ())) or None
    comparison = compare_systems(pair, keys, n_draws=n_draws, clusters_file=clusters_file)
    say_tables(render_comparison(comparison, form, find_view()))
