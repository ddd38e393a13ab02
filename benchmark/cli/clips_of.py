"""The options that say which clips: a data set's, or those of a run that is there."""

from __future__ import annotations

from collections.abc import Callable

import click

from benchmark.cli.arguments import Function
from benchmark.datasets import EMBEDDED_DATASET
from benchmark.runs.clips_of import read_clips_of

clips_of_option = click.option(
    "--clips-of",
    metavar="RUN",
    is_eager=True,
    help="Take only the clips that RUN, or RUN::SYSTEM, was scored on: rows join its table.",
)


def dataset_options(function: Function) -> Callable[..., None]:
    """Add ``--dataset`` and ``--clips-of`` to a command; who names neither gets the embedded."""
    dataset = click.option(
        "--dataset",
        callback=_choose,
        help=f"NAME or NAME:SPLIT; else that of --clips-of, else {EMBEDDED_DATASET}.",
    )
    return dataset(clips_of_option(function))


def _choose(context: click.Context, parameter: click.Parameter, name: str | None) -> str:
    clips_of: str | None = context.params.get("clips_of")
    if name is None and clips_of is not None:
        return str(read_clips_of(clips_of).label)
    return name or EMBEDDED_DATASET
