"""``bench fetch``: data sets, and what metrics need beside pip's packages."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.arguments import data_root_option, form_option
from benchmark.cli.fetchables import (
    choose_fetchables,
    fetchables_table,
    list_fetchables,
    print_fetchables,
)
from benchmark.cli.terminal import say
from benchmark.display.layout import Format
from benchmark.display.tables import render
from benchmark.machine.fetchable import FetchOptions


@click.command()
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option("--list", "lists", is_flag=True, help="List what can be fetched, and what is here.")
@click.option(
    "--from",
    "given",
    multiple=True,
    metavar="FILE|FOLDER|URL",
    help="Take it from there instead of its official places; repeatable.",
)
@click.option(
    "--allow-other-sums",
    is_flag=True,
    help="Take content that is not the official one; every signature then names it.",
)
@click.option(
    "--detector",
    "detectors",
    multiple=True,
    type=click.Choice(["base", "tiny"]),
    help="FENSE's error detector: base (default), of published figures, or tiny; repeatable.",
)
@click.option("--sounds", is_flag=True, help="Fetch a data set's sounds too.")
@data_root_option
@form_option
def command(
    names: tuple[str, ...],
    lists: bool,
    given: tuple[str, ...],
    allow_other_sums: bool,
    detectors: tuple[str, ...],
    sounds: bool,
    data_root: Path,
    form: Format,
) -> None:
    """Fetch what NAMEs stand for: spice, fense, or a data set; checked by their sums.

    What is there already stays; a download that breaks off is resumed by the next call. Nothing
    is half there: a file has its name once its checksum is right.
    """
    options = FetchOptions(data_root, given=given, allow_other_sums=allow_other_sums, sounds=sounds)
    if lists:
        listed = list_fetchables(options)
        told = "\n".join(print_fetchables(listed))
        say(told if form == "text" else render([fetchables_table(listed)], form))
        return
    for each in choose_fetchables(names, options):
        for line in each.fetch(options):
            say(line)
