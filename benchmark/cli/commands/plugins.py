"""``bench plugins``: what is installed, what is wrong with it, and a new one to begin with."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from benchmark.cli.arguments import form_option
from benchmark.cli.installed import load_plugins
from benchmark.cli.outputs import out_folder
from benchmark.cli.terminal import say, say_line
from benchmark.display.layout import Format
from benchmark.display.tables import NO_VALUE, Column, Table, render
from benchmark.errors import UsageError

if TYPE_CHECKING:
    from benchmark.systems.registry import Registry


@click.group(name="plugins")
def command() -> None:
    """List plugins; diagnose broken ones; begin a new one."""


class _Listed(NamedTuple):
    """A plugin with what it brings; ``reason`` is why it cannot be used."""

    entry_point: str
    distribution: str
    brings: str
    reason: str | None = None


@command.command("list")
@form_option
def list_plugins(form: Format) -> None:
    """List every plugin with its distribution, version and what it brings."""
    plugins = [*_list_plugins(load_plugins()), *_list_trackers(), *_list_commands()]
    if form != "text":
        say(render([_plugins_table(plugins)], form))
        return
    for entry_point, distribution, brings, reason in plugins:
        text = brings if reason is None else f"BROKEN: {reason}"
        say_line(f"{entry_point:<20} {distribution:<30} {text}")


def _list_plugins(registry: Registry) -> Iterator[_Listed]:
    from benchmark.plugins.entries import switch_of

    registry.installed.load_core()
    for plugin in registry.installed.plugins:
        brings = ", ".join(plugin.all_names)
        yield _Listed(plugin.entry_point, str(plugin.provenance), brings)
    for name in registry.switched_off:
        yield _Listed(name, "", f"(switched off by {switch_of(name)})")
    for broken in registry.broken:
        yield _Listed(broken.entry_point, str(broken.provenance), "", broken.reason)


def _list_trackers() -> Iterator[_Listed]:
    """List what hears of runs, without importing it."""
    from benchmark.plugins.entries import installed_trackers, names_without, switch_of

    for entry in installed_trackers():
        is_off = entry.name in names_without()
        distribution = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
        what = f"(switched off by {switch_of(entry.name)})" if is_off else "(tracker)"
        yield _Listed(entry.name, distribution, what)


def _list_commands() -> Iterator[_Listed]:
    """List commands of plugins, each imported as far as it says what it is."""
    from benchmark.cli.plugin_commands import find_refused
    from benchmark.plugins.commands import BrokenCommandError, declare_command
    from benchmark.plugins.entries import installed_commands, names_without, switch_of
    from benchmark.plugins.provenance import provenance_of

    refused = find_refused()
    for entry in installed_commands():
        listed = _Listed(entry.name, str(provenance_of(entry)), "")
        if entry.name in names_without():
            yield listed._replace(brings=f"(switched off by {switch_of(entry.name)})")
        elif entry.name in refused:
            yield listed._replace(reason=refused[entry.name])
        else:
            try:
                summary = declare_command(entry).summary
                yield listed._replace(brings=f"`bench {entry.name}`: {summary}")
            except BrokenCommandError as error:
                yield listed._replace(reason=error.broken.reason)


def _plugins_table(plugins: list[_Listed]) -> Table[_Listed]:
    return Table(
        columns=[
            Column("plugin", lambda plugin: plugin.entry_point),
            Column("distribution", lambda plugin: plugin.distribution),
            Column("brings", lambda plugin: plugin.brings or NO_VALUE),
            Column("broken", lambda plugin: plugin.reason or NO_VALUE),
        ],
        rows=plugins,
        title="Plugins:",
        name="plugins",
    )


@command.command("doctor")
def diagnose() -> None:
    """Show the traceback of every broken plugin and every clash of names; exit 1 if any.

    All are imported in another process first: who ends that, or hangs in it, is named too, and
    left out here. Where one was written for an older API, say also which modules have moved since.
    """
    from benchmark.cli.plugin_commands import find_broken_commands, find_refused
    from benchmark.plugins.endings import find_endings
    from benchmark.plugins.entries import go_without
    from benchmark.runs.tracking import find_broken_trackers

    endings = find_endings()
    go_without([*endings])
    registry = load_plugins()
    registry.installed.load_core()
    for name, ending in endings.items():
        say(f"{name}: {ending}; `bench --no-plugin {name} ...` goes without it")
    for plugin in registry.broken:
        say(f"{plugin.entry_point} ({plugin.provenance}): {plugin.reason}\n")
        say(plugin.traceback)
    others = [*find_broken_trackers(), *find_broken_commands()]
    for plugin in others:
        say(f"{plugin.entry_point} ({plugin.provenance}): {plugin.reason}\n")
        say(plugin.traceback)
    clashes = [*registry.installed.clashes().values(), *find_refused().values()]
    for message in clashes:
        say(message)
    if registry.deprecations or any(plugin.imports_moved for plugin in registry.broken):
        _list_moved_modules()
    if registry.broken or others or clashes or endings:
        sys.exit(1)
    say(f"{len(registry.installed.plugins)} plugins, none broken.")


def _list_moved_modules() -> None:
    from benchmark.contract import API_VERSION
    from benchmark.deprecated import MOVED_MODULES

    say(f"Moved in API {API_VERSION}:")
    width = max(map(len, MOVED_MODULES))
    for module, home in MOVED_MODULES.items():
        say(f"  {module:<{width}}  -> {home}")


@command.command("new")
@click.argument("words", nargs=-1, required=True, metavar="[KIND] NAME")
@click.option(
    "--to",
    "parent",
    type=out_folder(),
    default=Path(),
    help="The folder to put it into; else the current one.",
)
def write_new(words: tuple[str, ...], parent: Path) -> None:
    """Write aac-bench-NAME: a distribution that works, with its tests.

    KIND is what it brings: a captioner (where none is named), a metric, a dataset or an encoder.
    With them come a licence (MIT: choose another, if you like) and a workflow for GitHub that
    installs and tries it on a clean machine.
    """
    from benchmark.testing.template import KINDS, trial_command, write_plugin

    *named, name = words
    word = named[0] if named else "captioner"
    kind = next((known for known in KINDS if known == word), None)
    if kind is None or len(named) > 1:
        raise UsageError(
            f"{' '.join(named)!r} is no kind of plugin; expected one of {', '.join(KINDS)}, and a "
            "name."
        )
    paths = write_plugin(name, parent, load_plugins(), kind)
    for path in paths:
        say(f"wrote {path}")
    say(
        f"\nNext:\n"
        f"  cd {shlex.quote(str(paths[0].parent))}\n"
        f"  pip install -e . pytest\n"
        f"  pytest\n"
        f"  {trial_command(name, kind)}\n"
        f"Then put your own {kind} into {paths[1].name}, choose a licence (LICENSE is MIT),\n"
        f"and say in aac-bench.txt where machines that test it get aac-bench from."
    )
