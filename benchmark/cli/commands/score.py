"""``bench score``: captions files become a run."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import click

from benchmark.cli.arguments import (
    Layout,
    chosen_metrics_option,
    data_root_option,
    gathered,
    layout_option,
    metric_model_options,
    out_option,
    rank_by_option,
    require_computed,
)
from benchmark.cli.endings import finish
from benchmark.metrics.suite import MetricModels
from benchmark.runs.captions_files import score_files
from benchmark.runs.folder import default_run_path
from benchmark.runs.requests import ScoreRequest


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--dataset", required=True, help="NAME or NAME:SPLIT, as clotho:evaluation.")
@click.option("--name", "names", multiple=True, help="Row name; repeat it, one per file.")
@click.option("--allow-missing", is_flag=True, help="Score the clips a file has, and say so.")
@data_root_option
@out_option
@chosen_metrics_option("all")
@metric_model_options
@rank_by_option
@layout_option
@click.option("--published", is_flag=True, help="Print numbers from papers below the table.")
@gathered(request=ScoreRequest, models=MetricModels)
def command(
    request: ScoreRequest,
    models: MetricModels,
    out: Path | None,
    rank_by: str | None,
    layout: Layout,
    published: bool,
) -> None:
    """Score captions FILES: csv (file_name,caption_predicted) or json ({file: caption})."""
    require_computed(rank_by, request.metrics)
    request = dataclasses.replace(request, argv=tuple(sys.argv[1:]))
    path = out or default_run_path("score", request.dataset)
    record = score_files(request, path, models)
    finish([record], layout=layout, rank_by=rank_by, published=published)
