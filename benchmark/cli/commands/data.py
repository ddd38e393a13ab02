"""``bench data``: fetch and verify data sets."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from benchmark.cli.arguments import data_root_option


@click.group(name="data")
def command() -> None:
    """Fetch and verify data sets."""


@command.command()
@click.argument("dataset")
@data_root_option
@click.option("--sounds", is_flag=True, help="Decode every sound and list the broken ones.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(dataset: str, data_root: Path | None, sounds: bool, as_json: bool) -> None:
    """Print the passport of DATASET: clips expected, present and missing, hashes."""
    from benchmark.datasets.catalogue import load_split
    from benchmark.datasets.passport import check_sounds, issue_passport
    from benchmark.machine.places import artifacts
    from benchmark.machine.places import data_root as find_data_root

    split = load_split(dataset, find_data_root(data_root), artifacts())
    passport = issue_passport(split)
    check = check_sounds(split) if sounds else None
    if as_json:
        record = passport.to_dict() | ({"sounds": check.to_dict()} if check else {})
        click.echo(json.dumps(record, indent=1))
    else:
        click.echo("\n".join(passport.render() + (check.render() if check else [])))
    if check and check.broken:
        sys.exit(1)


@command.command()
@click.argument("dataset")
@data_root_option
@click.option("--sounds", is_flag=True, help="Fetch the sounds too, where they may be had.")
def fetch(dataset: str, data_root: Path | None, sounds: bool) -> None:
    """Download DATASET's captions (and sounds) from their official places, with checksums."""
    from benchmark.datasets.catalogue import fetch_dataset
    from benchmark.machine.places import data_root as find_data_root

    for path in fetch_dataset(dataset, find_data_root(data_root), sounds=sounds):
        click.echo(path)
