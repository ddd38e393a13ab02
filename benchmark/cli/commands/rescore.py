"""``bench rescore``: scores again, from the ledger."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.arguments import (
    Layout,
    chosen_metrics_option,
    data_root_option,
    gathered,
    layout_option,
    metric_model_options,
    rank_by_option,
    require_computed,
    trust_edited_option,
)
from benchmark.cli.endings import finish
from benchmark.cli.view import wide_option
from benchmark.errors import UsageError
from benchmark.metrics.suite import MetricModels
from benchmark.plugins.called_files import calling_files
from benchmark.runs.carry_out import rescore_run
from benchmark.runs.folder import folders_in


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@data_root_option
@chosen_metrics_option()
@metric_model_options
@click.option("--only", "is_only", is_flag=True, help="Keep none but the metrics of --metrics.")
@click.option(
    "--partial",
    "takes_partial",
    is_flag=True,
    help="Score unfinished runs as far as they came; every table says so, and no gate takes them.",
)
@rank_by_option
@trust_edited_option
@layout_option
@wide_option
@gathered(models=MetricModels)
def command(
    runs: tuple[Path, ...],
    data_root: Path,
    metrics: tuple[str, ...],
    models: MetricModels,
    is_only: bool,
    takes_partial: bool,
    rank_by: str | None,
    trust_edited: bool,
    layout: Layout,
) -> None:
    """Compute the scores of finished RUNS again from their ledgers; --metrics adds to theirs."""
    if is_only and not metrics:
        raise UsageError("--only says which metrics to keep; name them with --metrics.")
    if is_only:
        require_computed(rank_by, metrics)
    click.get_current_context().with_resource(calling_files())
    folders = [folder for path in runs for folder in folders_in(path)]
    records = [
        rescore_run(
            folder,
            data_root,
            models,
            metrics,
            is_only=is_only,
            takes_partial=takes_partial,
            trust_edited=trust_edited,
        )
        for folder in folders
    ]
    finish(records, layout=layout, rank_by=rank_by)
