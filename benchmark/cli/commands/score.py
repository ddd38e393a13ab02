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
from benchmark.cli.clips_of import clips_of_option
from benchmark.cli.endings import finish
from benchmark.cli.terminal import warn
from benchmark.cli.view import wide_option
from benchmark.datasets.forms.columns import ColumnChoice
from benchmark.metrics.suite import MetricModels
from benchmark.runs.captions_files import score_files
from benchmark.runs.folder import default_run_path
from benchmark.runs.requests import ScoreRequest


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--dataset", help="NAME or NAME:SPLIT of the references, as clotho:evaluation.")
@click.option(
    "--references",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file of references instead; without either they stand beside the captions.",
)
@click.option("--id-column", help="Column of the clips' ids; else known by its name.")
@click.option("--caption-column", help="Column of the captions to score; else known by its name.")
@click.option(
    "--reference-column",
    "reference_columns",
    multiple=True,
    help="Column of references; repeat it. Else known by their names.",
)
@click.option("--encoding", help="Of the files, as cp1252 or utf-16; else UTF-8.")
@click.option("--name", "names", multiple=True, help="Row name; repeat it, one per file.")
@click.option("--allow-missing", is_flag=True, help="Score the clips a file has, and say so.")
@clips_of_option
@data_root_option
@out_option
@chosen_metrics_option("all")
@metric_model_options
@rank_by_option
@layout_option
@wide_option
@click.option("--published", is_flag=True, help="Print numbers from papers below the table.")
@gathered(columns=ColumnChoice, request=ScoreRequest, models=MetricModels)
def command(
    request: ScoreRequest,
    models: MetricModels,
    out: Path | None,
    rank_by: str | None,
    layout: Layout,
    published: bool,
) -> None:
    """Score captions FILES: csv, tsv, json, jsonl, parquet or arrow, in any usual form."""
    require_computed(rank_by, request.metrics)
    request = dataclasses.replace(request, argv=tuple(sys.argv[1:]))
    path = out or default_run_path("score", request.dataset or request.files[0].stem)
    record = score_files(request, path, models, announce=warn)
    finish([record], layout=layout, rank_by=rank_by, published=published)
