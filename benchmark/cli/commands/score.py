"""``bench score``: captions files become a run."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from benchmark.cli.arguments import (
    data_root_option,
    metrics_option,
    out_option,
    split_list,
    suite_options,
)
from benchmark.cli.endings import finish


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--dataset", required=True, help="NAME or NAME:SPLIT, as clotho:evaluation.")
@click.option("--name", "names", multiple=True, help="Row name; repeat it, one per file.")
@click.option("--allow-missing", is_flag=True, help="Score the clips a file has, and say so.")
@data_root_option
@out_option
@metrics_option
@suite_options
@click.option("--published", is_flag=True, help="Print numbers from papers beside the table.")
def command(
    files: tuple[Path, ...],
    dataset: str,
    names: tuple[str, ...],
    allow_missing: bool,
    data_root: Path | None,
    out: Path | None,
    metrics: str | None,
    sbert_model: str | None,
    bert_score_model: str | None,
    published: bool,
) -> None:
    """Score captions FILES: csv (file_name,caption_predicted) or json ({file: caption})."""
    from benchmark.machine.places import data_root as find_data_root
    from benchmark.metrics.catalogue import select_metrics
    from benchmark.metrics.suite import SuiteSettings
    from benchmark.runs.captions_files import FilesRequest, score_files
    from benchmark.runs.folder import default_run_path

    request = FilesRequest(
        files=files,
        dataset=dataset,
        data_root=find_data_root(data_root),
        metrics=select_metrics(split_list(metrics, ("all",))),
        names=names,
        allow_missing=allow_missing,
        argv=tuple(sys.argv[1:]),
    )
    path = out or default_run_path("score", dataset)
    suite = SuiteSettings(sbert_model, bert_score_model)
    finish([score_files(request, path, suite)], published=published)
