"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from benchmark.cli.outputs import out_folder
from benchmark.deprecated import SUITE_OPTION
from benchmark.display.layout import FORMATS

Function = TypeVar("Function", bound=Callable[..., Any])

data_root_option = click.option(
    "--data-root",
    type=click.Path(path_type=Path),
    help="Folder of the data sets; else BENCH_DATA, else the platform's data folder.",
)
out_option = click.option(
    "--out",
    type=out_folder(),
    help="The run's folder; else a new one under runs/.",
)
embeddings_option = click.option(
    "--embeddings",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file of `bench embed`, which stands for sounds that are not here; repeatable.",
)
metrics_option = click.option(
    "--metrics",
    help="Metrics or sets of them, comma-separated: all (default), offline, java, lexical, fer.",
)

form_option = click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to print; csv and json hold what was measured, unrounded.",
)


def suite_options(function: Function) -> Function:
    """Add the options that say which models the metrics stand on."""
    for option in (
        click.option("--sbert-model", help="Sentence model for SBERT-sim and FENSE: id or folder."),
        click.option("--bert-score-model", help="Model for BERTScore: id or folder."),
    ):
        function = option(function)
    return function


def lineup_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add ``--lineup`` to a command, and its former name, which warns and is not shown."""

    @click.option(
        "--lineup",
        "lineups",
        multiple=True,
        help="A paper's systems, beside its numbers (`bench systems` lists them); repeatable.",
    )
    @click.option(SUITE_OPTION.what, "formerly", multiple=True, hidden=True)
    @functools.wraps(function)
    def join_names(
        *, lineups: tuple[str, ...], formerly: tuple[str, ...], **others: object
    ) -> None:
        if formerly:
            click.echo(f"bench: {SUITE_OPTION.warning}", err=True)
        function(lineups=(*lineups, *formerly), **others)

    return join_names


def split_list(text: str | None, default: tuple[str, ...]) -> tuple[str, ...]:
    """Split a comma-separated option; the default where it was not given."""
    if text is None:
        return default
    return tuple(part.strip() for part in text.split(",") if part.strip())


def parse_seeds(text: str) -> list[int]:
    """Read several seeds, comma-separated and all different."""
    try:
        seeds = [int(part) for part in split_list(text, ())]
    except ValueError:
        seeds = []
    if len(seeds) < 2 or len(set(seeds)) < len(seeds):
        raise click.BadParameter(
            f"{text!r}; expected at least two different whole numbers, as 0,1,2.",
            param_hint="--seeds",
        )
    return seeds
