"""``bench rescore``: scores again, from the ledger."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.arguments import (
    chosen_metrics_option,
    data_root_option,
    gathered,
    metric_model_options,
)
from benchmark.cli.endings import finish
from benchmark.metrics.suite import MetricModels
from benchmark.runs.carry_out import rescore_run
from benchmark.runs.folder import folders_in


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@data_root_option
@chosen_metrics_option()
@metric_model_options
@gathered(models=MetricModels)
def command(
    runs: tuple[Path, ...], data_root: Path, metrics: tuple[str, ...], models: MetricModels
) -> None:
    """Compute the scores of finished RUNS again from their ledgers."""
    folders = [folder for path in runs for folder in folders_in(path)]
    finish([rescore_run(folder, data_root, models, metrics or None) for folder in folders])
