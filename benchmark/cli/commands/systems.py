"""``bench systems``: what can be run."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

from benchmark.cli.arguments import form_option
from benchmark.cli.installed import load_plugins
from benchmark.cli.option_list import list_options, options_table
from benchmark.cli.terminal import say, say_line, warn
from benchmark.display.layout import Format
from benchmark.display.tables import Column, Table, render

if TYPE_CHECKING:
    from benchmark.contract import SystemSpec
    from benchmark.systems.lineups import Lineup
    from benchmark.systems.registry import Registry


class _Listed(NamedTuple):
    """A system, or a name that two distributions claim."""

    name: str
    kind: str
    summary: str
    distribution: str


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@form_option
def command(names: tuple[str, ...], form: Format) -> None:
    """List the systems that are installed; with NAMEs, the options of these."""
    registry = load_plugins()
    if names:
        _show_options([registry.system(name).spec for name in names], form)
        return
    _show_systems(registry, form)
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
    width = max(len(system.name) for system in systems)
    for name, kind, summary, distribution in systems:
        origin = f"  [{distribution}]" if distribution else ""
        say_line(f"{name:<{width}}  {kind:<7}  {summary}{origin}")
    say("Options of a system: bench systems NAME")
    say("\nLine-ups, for bench run --lineup NAME:")
    width = max(len(lineup.name) for lineup in lineups)
    for lineup in lineups:
        say_line(f"{lineup.name:<{width}}  {lineup.summary}")
        say(f"{'':<{width}}    {_join_systems(lineup)}")


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
    for spec in specs:
        say_line(f"{spec.name}: {spec.summary}")
        for option in list_options(spec):
            say(f"  {option}")
        if spec.options is None:
            say("  no options")
        elif meaning := inspect.getdoc(spec.options):
            say(f"\n{meaning}\n")
