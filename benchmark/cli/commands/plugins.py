"""``bench plugins``: what is installed, what is wrong with it, and a new one to begin with."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from benchmark.cli.installed import load_plugins
from benchmark.cli.outputs import out_folder


@click.group(name="plugins")
def command() -> None:
    """List plugins; diagnose broken ones; begin a new one."""


@command.command("list")
def list_plugins() -> None:
    """List every plugin with its distribution, version and systems."""
    registry = load_plugins()
    for plugin in registry.plugins:
        systems = ", ".join(plugin.system_names)
        click.echo(f"{plugin.entry_point:<20} {plugin.provenance!s:<30} {systems}")
    for broken in registry.broken:
        click.echo(f"{broken.entry_point:<20} {broken.provenance!s:<30} BROKEN: {broken.reason}")


@command.command("doctor")
def diagnose() -> None:
    """Show the traceback of every broken plugin and every clash of names; exit 1 if any.

    Where a plugin was written for an older API, say also which modules have moved since.
    """
    registry = load_plugins()
    for plugin in registry.broken:
        click.echo(f"{plugin.entry_point} ({plugin.provenance}): {plugin.reason}\n")
        click.echo(plugin.traceback)
    for message in registry.clashes.values():
        click.echo(message)
    if registry.deprecations or any(plugin.imports_moved for plugin in registry.broken):
        _list_moved_modules()
    if registry.broken or registry.clashes:
        sys.exit(1)
    click.echo(f"{len(registry.plugins)} plugins, none broken.")


def _list_moved_modules() -> None:
    from benchmark.contract import API_VERSION
    from benchmark.deprecated import MOVED_MODULES

    click.echo(f"Moved in API {API_VERSION}:")
    width = max(map(len, MOVED_MODULES))
    for module, home in MOVED_MODULES.items():
        click.echo(f"  {module:<{width}}  -> {home}")


@command.command("new")
@click.argument("name")
@click.option(
    "--to",
    "parent",
    type=out_folder(),
    default=Path(),
    help="The folder to put it into; else the current one.",
)
def write_new(name: str, parent: Path) -> None:
    """Write aac-bench-NAME: a distribution whose system NAME works, with its tests."""
    from benchmark.testing.template import write_plugin

    paths = write_plugin(name, parent, load_plugins())
    for path in paths:
        click.echo(f"wrote {path}")
    click.echo(
        f"\nNext:\n"
        f"  cd {shlex.quote(str(paths[0].parent))}\n"
        f"  pip install -e . pytest\n"
        f"  pytest\n"
        f"  bench run --systems {name},constant --dataset soundscapes\n"
        f"Then put your own system into {paths[1].name}."
    )
