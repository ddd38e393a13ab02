"""``bench datasets``: what can be captioned."""

from __future__ import annotations

import click


@click.command()
def command() -> None:
    """List the data sets, their splits and where their files go."""
    from benchmark.datasets.catalogue import DATASETS
    from benchmark.machine.places import data_root

    for spec in DATASETS.values():
        click.echo(f"{spec.name}: {spec.summary}")
        marked = (f"{s} (default)" if s == spec.default_split else s for s in spec.splits)
        click.echo(f"  splits   {', '.join(marked)}")
        click.echo(f"  licence  {spec.licence}")
        click.echo(f"  files    {spec.how_to_get}")
    click.echo(f"\nData root: {data_root()} (change it with --data-root or BENCH_DATA)")
