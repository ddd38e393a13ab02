"""``bench systems``: what can be run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

from benchmark.cli.arguments import form_option, read_systems
from benchmark.cli.installed import load_plugins
from benchmark.cli.option_list import list_for_terminal, list_options, options_table
from benchmark.cli.terminal import say, say_tables, warn
from benchmark.cli.view import find_view, wide_option
from benchmark.display.layout import Format
from benchmark.display.tables import NO_VALUE, ON_REQUEST, Column, Part, Table, render

if TYPE_CHECKING:
    from benchmark.contract import Lineup, SystemSpec
    from benchmark.systems.registry import Registry


class _InLineup(NamedTuple):
    """A system below the line-up that it is in, or below words that say that it is in none."""

    topic: str
    system: _Listed


class _Listed(NamedTuple):
    """A system, or a name that two distributions claim."""

    name: str
    kind: str
    summary: str
    distribution: str


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@form_option
@wide_option
@click.pass_context
def command(context: click.Context, names: tuple[str, ...], form: Format) -> None:
    """List the systems that are installed; with NAMEs, the options of these under each preset."""
    names = tuple(read_systems(context, names))
    registry = load_plugins()
    try:
        if names:
            _show_options([registry.system(name).spec for name in names], form)
        else:
            _show_systems(registry, form)
    finally:
        _tell_broken(registry)


def _tell_broken(registry: Registry) -> None:
    for plugin in registry.broken:
        warn(f"plugin {plugin.entry_point} is broken: {plugin.reason}")
    if registry.broken:
        warn("see `bench plugins doctor`.")


def _show_systems(registry: Registry, form: Format) -> None:
    from benchmark.systems.lineups import LINEUPS

    systems, lineups = [*_list_systems(registry)], [*LINEUPS.values()]
    if form != "text":
        say(render([_systems_table(systems), _lineups_table(lineups)], form))
        return
    parts: list[Part] = [
        _table_by_lineup(systems, lineups),
        "Options of a system: bench systems NAME. A whole line-up: bench run --lineup NAME.",
    ]
    say_tables(render(parts, form, view=find_view()))


def _table_by_lineup(systems: list[_Listed], lineups: list[Lineup]) -> Table[_InLineup]:
    """Lay systems out below the line-ups that they are in, and those that are in none first."""
    by_name = {system.name: system for system in systems}
    in_some = {member.name for lineup in lineups for member in lineup.members}
    rows = [_InLineup("In no line-up", each) for each in systems if each.name not in in_some]
    for lineup in lineups:
        topic = f"Line-up {lineup.name}: {lineup.summary}"
        for member in lineup.members:
            absent = _Listed(member.name, "missing", f"comes with {member.distribution}", "")
            rows.append(_InLineup(topic, by_name.get(member.name, absent)))
    return Table(
        columns=[
            Column("system", lambda row: row.system.name, order=0, flex="none"),
            Column("kind", lambda row: row.system.kind, order=0),
            Column("what it does", lambda row: row.system.summary, order=0, flex="wrap"),
            Column(
                "distribution", lambda row: row.system.distribution or NO_VALUE, order=ON_REQUEST
            ),
        ],
        rows=rows,
        topic=lambda row: row.topic,
    )


def _list_systems(registry: Registry) -> Iterator[_Listed]:
    for name, claims in sorted(registry.claims.items()):
        if name in registry.clashes:
            yield _Listed(name, "CLASH", registry.clashes[name], "")
        else:
            spec, origin = claims[0]
            yield _Listed(name, spec.kind, spec.summary, str(origin))


def _systems_table(systems: list[_Listed]) -> Table[_Listed]:
    return Table(
        columns=[
            Column("system", lambda system: system.name),
            Column("kind", lambda system: system.kind),
            Column("summary", lambda system: system.summary),
            Column("distribution", lambda system: system.distribution),
        ],
        rows=systems,
        title="Systems:",
        name="systems",
    )


def _lineups_table(lineups: list[Lineup]) -> Table[Lineup]:
    return Table(
        columns=[
            Column("line-up", lambda lineup: lineup.name),
            Column("summary", lambda lineup: lineup.summary),
            Column("systems", _join_systems),
        ],
        rows=lineups,
        title="Line-ups, for bench run --lineup NAME:",
        name="lineups",
    )


def _join_systems(lineup: Lineup) -> str:
    return ", ".join(member.name for member in lineup.members)


def _show_options(specs: list[SystemSpec], form: Format) -> None:
    if form != "text":
        options = (option for spec in specs for option in list_options(spec))
        say(render([options_table(options, "system")], form))
        return
    say_tables(render([*_spell_options(specs)], form, view=find_view()))


def _spell_options(specs: list[SystemSpec]) -> Iterator[Part]:
    from benchmark.systems.option_texts import read_option_texts

    for spec in specs:
        title = f"{spec.name}: {spec.summary}"
        if spec.options is None:
            yield f"{title}; no options"
            continue
        yield list_for_terminal([*list_options(spec)], title)
        if intro := read_option_texts(spec.options).intro:
            yield from intro.split("\n\n")
