"""``bench compare``: systems, tested on the clips that they captioned; two, or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.arguments import (
    form_option,
    metrics_option,
    read_ranking_metric,
    split_list,
    trust_edited_option,
)
from benchmark.cli.terminal import say_tables
from benchmark.cli.view import find_view, wide_option
from benchmark.display.layout import Format
from benchmark.errors import UsageError

if TYPE_CHECKING:
    from benchmark.leaderboard.clusters import AskedClusters


@click.command()
@click.argument("systems", nargs=-1, required=True)
@metrics_option
@click.option(
    "--metric",
    callback=read_ranking_metric,
    help="Of two, the one to test alone; of many, the one to hold them by. Else SPIDEr where all "
    "have it, else CIDEr-D.",
)
@click.option(
    "--draws",
    "n_draws",
    type=click.IntRange(min=100),
    default=10_000,
    show_default=True,
    help="Rounds of swaps, and bootstrap draws.",
)
@click.option(
    "--clusters",
    "clusters_file",
    metavar="FILE|none",
    callback=lambda _context, _option, text: text if text in (None, "none") else Path(text),
    help="Clips that belong together are drawn and swapped as one: by default those that the data "
    "set knows; of a CSV with clip_id (or file_name) and cluster; or none, each clip alone.",
)
@trust_edited_option
@form_option
@wide_option
def command(
    systems: tuple[str, ...],
    metrics: str | None,
    metric: str | None,
    n_draws: int,
    clusters_file: AskedClusters,
    trust_edited: bool,
    form: Format,
) -> None:
    """Tell which of two or more SYSTEMS differ; each is RUN or RUN::SYSTEM.

    Two are tested by every metric, on the clips that both captioned. More, or a RUN of several,
    are held against each other by one metric: the matrix of all pairs, as one family.
    """
    if len(systems) == 2:
        _compare_two(
            systems, metrics, metric, n_draws, clusters_file, form, trust_edited=trust_edited
        )
        return
    from benchmark.leaderboard.matrix import compare_rows
    from benchmark.leaderboard.rows import Row
    from benchmark.leaderboard.tables.matrix import render_matrix
    from benchmark.runs.reading import find_each

    if metrics is not None:
        raise UsageError(
            "--metrics goes with two systems; more are held by one metric, which --metric names."
        )
    rows = [Row.of(record) for record in find_each(systems, trust_edited=trust_edited)]
    matrix = compare_rows(rows, metric, n_draws=n_draws, clusters_file=clusters_file)
    say_tables(render_matrix(matrix, form, find_view(), tells_looks=True))


def _compare_two(
    systems: Sequence[str],
    metrics: str | None,
    primary: str | None,
    n_draws: int,
    clusters_file: AskedClusters,
    form: Format,
    *,
    trust_edited: bool,
) -> None:
    from benchmark.leaderboard.comparison import compare_systems
    from benchmark.leaderboard.tables.comparison import render_comparison
    from benchmark.metrics.catalogue import select_metrics
    from benchmark.runs.pairs import SystemPair
    from benchmark.runs.reading import find_systems

    pair = SystemPair.match(*find_systems(systems, trust_edited=trust_edited))
    keys = select_metrics(split_list(metrics, ())) or None
    comparison = compare_systems(
        pair, keys, primary=primary, n_draws=n_draws, clusters_file=clusters_file
    )
    say_tables(render_comparison(comparison, form, find_view(), tells_looks=True))
