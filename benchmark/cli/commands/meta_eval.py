"""``bench meta-eval``: how often each metric agrees with people."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.arguments import (
    data_root_option,
    form_option,
    gathered,
    metric_model_options,
    metrics_option,
    read_metrics,
    split_list,
)
from benchmark.cli.terminal import say_tables
from benchmark.cli.view import find_view, wide_option
from benchmark.display.layout import Format
from benchmark.metrics.suite import MetricModels


@click.command()
@click.option(
    "--human",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Pairs of captions that people judged: a json file of FENSE or of BRACE.",
)
@click.option(
    "--dataset",
    help="NAME or NAME:SPLIT of the clips, for CIDEr-D's IDF; else clotho:evaluation where it is "
    "at hand and holds them.",
)
@data_root_option
@metrics_option
@metric_model_options
@form_option
@wide_option
@gathered(models=MetricModels)
def command(
    human: Path,
    dataset: str | None,
    data_root: Path | None,
    metrics: str | None,
    models: MetricModels,
    form: Format,
) -> None:
    """Measure how often each metric prefers the caption that people prefer.

    The protocol is that of FENSE (Zhou et al. 2022): pairs on which people are divided are left
    out, and no caption is scored against itself.
    """
    from benchmark.agreement.report import AgreementRequest, report_agreement
    from benchmark.agreement.table import render_agreement
    from benchmark.machine.places import data_root as find_data_root

    request = AgreementRequest(
        human=human,
        data_root=find_data_root(data_root),
        metrics=read_metrics(click.get_current_context(), split_list(metrics, ("all",))),
        dataset=dataset,
    )
    report = report_agreement(request, models)
    say_tables(render_agreement(report, form, find_view()))
