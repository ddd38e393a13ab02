"""``bench datasets``: what can be captioned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from benchmark.cli.arguments import form_option
from benchmark.cli.terminal import say
from benchmark.display.layout import Format
from benchmark.display.tables import Column, Table, render

if TYPE_CHECKING:
    from benchmark.contract import DatasetSpec


@click.command()
@form_option
def command(form: Format) -> None:
    """List the data sets, their splits and where their files go."""
    from benchmark.datasets.catalogue import DATASETS
    from benchmark.machine.places import data_root

    place = f"Data root: {data_root()} (change it with --data-root or BENCH_DATA)"
    if form != "text":
        say(render([_datasets_table([*DATASETS.values()]), place], form))
        return
    for spec in DATASETS.values():
        say(f"{spec.name}: {spec.summary}")
        say(f"  splits   {_join_splits(spec)}")
        if spec.known:
            say(f"  clips    {_join_counts(spec)}")
        say(f"  licence  {spec.licence}")
        say(f"  files    {spec.how_to_get}")
    say(f"\n{place}")


def _datasets_table(specs: list[DatasetSpec]) -> Table[DatasetSpec]:
    return Table(
        columns=[
            Column("data set", lambda spec: spec.name),
            Column("summary", lambda spec: spec.summary),
            Column("splits", _join_splits),
            Column("clips", _join_counts),
            Column("licence", lambda spec: spec.licence),
            Column("files", lambda spec: spec.how_to_get),
        ],
        rows=specs,
        title="Data sets:",
        name="datasets",
    )


def _join_splits(spec: DatasetSpec) -> str:
    marked = (f"{s} (default)" if s == spec.default_split else s for s in spec.splits)
    return ", ".join(marked)


def _join_counts(spec: DatasetSpec) -> str:
    """Say how many clips each split has as published, ``?`` where nobody counted them here."""
    counts = ((split, known.n_clips) for split, known in spec.known.items())
    return ", ".join(f"{split} {'?' if n is None else format(n, ',')}" for split, n in counts)
