"""``bench plugins``: what is installed, what is wrong with it, and a new one to begin with."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click


@click.group(name="plugins")
def command() -> None:
    """List plugins; diagnose broken ones; begin a new one."""


@command.command("list")
def list_plugins() -> None:
    """List every plugin with its distribution, version and systems."""
    from benchmark.systems.registry import load_registry

    registry = load_registry()
    for entry_point, provenance, systems in registry.plugins:
        click.echo(f"{entry_point:<20} {provenance!s:<30} {', '.join(systems)}")
    for plugin in registry.broken:
        click.echo(f"{plugin.entry_point:<20} {plugin.provenance!s:<30} BROKEN: {plugin.reason}")


@command.command("doctor")
def diagnose() -> None:
    """Show the traceback of every broken plugin and every clash of names; exit 1 if any."""
    from benchmark.systems.registry import load_registry

    registry = load_registry()
    for plugin in registry.broken:
        click.echo(f"{plugin.entry_point} ({plugin.provenance}): {plugin.reason}\n")
        click.echo(plugin.traceback)
    for message in registry.clashes.values():
        click.echo(message)
    if registry.broken or registry.clashes:
        sys.exit(1)
    click.echo(f"{len(registry.plugins)} plugins, none broken.")


@command.command("new")
@click.argument("name")
@click.option(
    "--to",
    "parent",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder to put it into; else the current one.",
)
def write_new(name: str, parent: Path) -> None:
    """Write aac-bench-NAME: a distribution whose system NAME works, with its tests."""
    from benchmark.systems.registry import load_registry
    from benchmark.testing.template import write_plugin

    paths = write_plugin(name, parent, load_registry())
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
