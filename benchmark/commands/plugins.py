"""``bench plugins``: what is installed, and what is wrong with it."""

from __future__ import annotations

import sys

import click


@click.group(name="plugins")
def command() -> None:
    """List plugins; diagnose broken ones."""


@command.command("list")
def list_plugins() -> None:
    """List every plugin with its distribution, version and systems."""
    from benchmark.registry import load_registry

    registry = load_registry()
    for entry_point, provenance, systems in registry.plugins:
        click.echo(f"{entry_point:<20} {provenance!s:<30} {', '.join(systems)}")
    for plugin in registry.broken:
        click.echo(f"{plugin.entry_point:<20} {plugin.provenance!s:<30} BROKEN: {plugin.reason}")


@command.command("doctor")
def diagnose() -> None:
    """Show the traceback of every broken plugin and every clash of names; exit 1 if any."""
    from benchmark.registry import load_registry

    registry = load_registry()
    for plugin in registry.broken:
        click.echo(f"{plugin.entry_point} ({plugin.provenance}): {plugin.reason}\n")
        click.echo(plugin.traceback)
    for message in registry.clashes.values():
        click.echo(message)
    if registry.broken or registry.clashes:
        sys.exit(1)
    click.echo(f"{len(registry.plugins)} plugins, none broken.")
