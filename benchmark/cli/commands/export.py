"""``bench export``: a run's results in others' forms."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.arguments import gathered, split_list, trust_edited_option
from benchmark.cli.outputs import out_folder
from benchmark.cli.terminal import say_line, warn
from benchmark.leaderboard.exports.naming import RELATIONSHIPS, Naming
from benchmark.leaderboard.exports.writing import FORMS, ExportRequest, export_run


def _choose_metrics(
    context: click.Context, parameter: click.Parameter, text: str | None
) -> tuple[str, ...]:
    return tuple(split_list(text, ()))


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--format", "form", required=True, type=click.Choice(FORMS), help="Which form.")
@click.option("-o", "--out", required=True, type=out_folder(), help="Folder to write into.")
@click.option(
    "--system",
    "system_names",
    multiple=True,
    help="Export this system; repeatable. Else all but floors and ceilings.",
)
@click.option(
    "--metrics",
    callback=_choose_metrics,
    help="Metrics or sets of them, comma-separated; else all that have a value. eval-results hold "
    "one: else SPIDEr, or CIDEr-D where there is none.",
)
@click.option("--model-id", help="What the model is called on the hub: ORG/NAME.")
@click.option("--hub-dataset", help="The data set on the hub, for its leaderboard: ORG/NAME.")
@click.option("--hub-task", help="Id of the task in that data set's eval.yaml.")
@click.option("--hub-revision", help="Commit of that data set.")
@click.option("--source-url", help="Where the run can be seen.")
@click.option("--organization", help="Who measured.")
@click.option(
    "--relationship",
    type=click.Choice(RELATIONSHIPS),
    default="other",
    show_default=True,
    help="Of who measured to the model's authors.",
)
@trust_edited_option
@gathered(naming=Naming, request=ExportRequest)
def command(request: ExportRequest) -> None:
    """Write the results of a finished RUN as others take them.

    every-eval-ever: a JSON record a system. model-index: the head of a model card a system.
    eval-results: .eval_results/*.yaml for a model's repository. dcase: captions as csv, for a
    submission. aac-metrics: the files of aac-metrics-eval. All say over which clips and references
    the numbers are, with interval and signature; csv has a file beside it that does.
    """
    export = export_run(request)
    for path in export.paths:
        say_line(f"wrote {path}")
    for warning in export.warnings:
        warn(warning)
