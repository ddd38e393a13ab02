"""``bench power``: how far comparisons of a system can be trusted."""

from __future__ import annotations

import click

from benchmark.cli.arguments import form_option, metrics_option, split_list, trust_edited_option
from benchmark.cli.terminal import say_tables
from benchmark.cli.view import find_view, wide_option
from benchmark.display.layout import Format


@click.command()
@click.argument("row")
@click.option(
    "--against",
    metavar="ROW",
    help="Another row, such as a second seed: how unlike versions are; else one is imitated.",
)
@click.option(
    "--drop",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.02,
    show_default=True,
    help="The loss to look for, as a part of each metric's value.",
)
@click.option(
    "--trials",
    "n_trials",
    type=click.IntRange(min=50),
    default=400,
    show_default=True,
    help="Simulated comparisons for each figure.",
)
@click.option(
    "--changed",
    "changed_share",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.3,
    show_default=True,
    help="Share of clips that an imitated version captions otherwise.",
)
@metrics_option
@trust_edited_option
@form_option
@wide_option
def command(
    row: str,
    against: str | None,
    drop: float,
    n_trials: int,
    changed_share: float,
    metrics: str | None,
    trust_edited: bool,
    form: Format,
) -> None:
    """Simulate comparisons of ROW (RUN or RUN::SYSTEM) with itself, and after a drop."""
    from benchmark.leaderboard.power import PowerSettings, study_power
    from benchmark.leaderboard.tables.power import render_power
    from benchmark.metrics.catalogue import select_metrics
    from benchmark.runs.reading import find_systems

    names = [row] if against is None else [row, against]
    system, *others = find_systems(names, trust_edited=trust_edited)
    keys = select_metrics(split_list(metrics, ())) or None
    settings = PowerSettings(drop, n_trials, changed_share)
    report = study_power(system, others[0] if others else None, keys, settings)
    say_tables(render_power(report, form, find_view()))
