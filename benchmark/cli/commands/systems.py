"""``bench systems``: what can be run."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import click

from benchmark.cli.installed import load_plugins

if TYPE_CHECKING:
    from benchmark.contract import SystemSpec
    from benchmark.systems.registry import Registry


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
def command(names: tuple[str, ...]) -> None:
    """List the systems that are installed; with NAMEs, the options of these."""
    registry = load_plugins()
    if names:
        for name in names:
            _show_options(registry.system(name).spec)
        return
    _list(registry)
    for plugin in registry.broken:
        click.echo(f"bench: plugin {plugin.entry_point} is broken: {plugin.reason}", err=True)
    if registry.broken:
        click.echo("bench: see `bench plugins doctor`.", err=True)


def _list(registry: Registry) -> None:
    width = max(len(name) for name in registry.claims)
    for name, claims in sorted(registry.claims.items()):
        if name in registry.clashes:
            click.echo(f"{name:<{width}}  CLASH    {registry.clashes[name]}")
            continue
        spec, origin = claims[0]
        click.echo(f"{name:<{width}}  {spec.kind:<7}  {spec.summary}  [{origin}]")
    click.echo("Options of a system: bench systems NAME")
    _list_lineups()


def _list_lineups() -> None:
    from benchmark.systems.lineups import LINEUPS

    click.echo("\nLine-ups, for bench run --lineup NAME:")
    width = max(map(len, LINEUPS))
    for name, lineup in LINEUPS.items():
        click.echo(f"{name:<{width}}  {lineup.summary}")
        click.echo(f"{'':<{width}}    {', '.join(system for system, _ in lineup.systems)}")


def _show_options(spec: SystemSpec) -> None:
    from benchmark.systems.names import describe_type, option_types

    click.echo(f"{spec.name}: {spec.summary}")
    if spec.options is None:
        click.echo("  no options")
        return
    defaults = spec.options()
    for key, hint in option_types(spec).items():
        click.echo(f"  {key}: {describe_type(hint)} (default {getattr(defaults, key)!r})")
    if meaning := inspect.getdoc(spec.options):
        click.echo(f"\n{meaning}\n")
