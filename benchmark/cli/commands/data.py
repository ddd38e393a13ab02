"""``bench data``: fetch and verify data sets."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from benchmark.cli.arguments import data_root_option, form_option
from benchmark.cli.commands.fetch import command as fetch_command
from benchmark.cli.terminal import say
from benchmark.display.layout import Format
from benchmark.display.tables import Column, Table, render
from benchmark.files import spell_json


@click.group(name="data")
def command() -> None:
    """Fetch and verify data sets."""


@command.command()
@click.argument("dataset")
@data_root_option
@click.option("--sounds", is_flag=True, help="Decode every sound; list the broken and the odd.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@form_option
def verify(dataset: str, data_root: Path, sounds: bool, as_json: bool, form: Format) -> None:
    """Print the passport of DATASET: clips expected, present and missing, hashes."""
    from benchmark.datasets.catalogue import load_split, load_train_of
    from benchmark.datasets.passport import issue_passport
    from benchmark.datasets.sound_check import check_sounds
    from benchmark.machine.places import artifacts

    split = load_split(dataset, data_root, artifacts())
    train = load_train_of(split, data_root, artifacts())
    passport = issue_passport(split, train)
    survey = list(split.survey())
    check = check_sounds(split, train) if sounds else None
    record = {
        **passport.to_dict(),
        "files": survey,
        **({"sounds": check.to_dict()} if check else {}),
    }
    if form == "text" and not as_json:
        lines = [*passport.render(), *(f"  files       {line}" for line in survey)]
        say("\n".join(lines + (check.render() if check else [])))
    else:
        table = _facts_table(record, str(passport.label))
        say(render([table], "json" if as_json else form, record))
    if check and check.broken:
        sys.exit(1)


def _facts_table(facts: Mapping[str, object], title: str) -> Table[tuple[str, object]]:
    return Table(
        columns=[
            Column("fact", lambda fact: fact[0]),
            Column("value", lambda fact: _spell(fact[1]), side="left"),
        ],
        rows=list(facts.items()),
        title=title,
        name="passport",
    )


def _spell(value: object) -> str:
    """Spell what JSON can hold on one line; a text stands as it is."""
    return value if isinstance(value, str) else spell_json(value, ensure_ascii=False)


command.add_command(fetch_command, "fetch")
