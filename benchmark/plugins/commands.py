"""Commands of plugins: told by their entry points alone, imported when somebody calls one."""

from __future__ import annotations

from collections.abc import Container, Sequence
from functools import partial
from importlib.metadata import EntryPoint

from benchmark.contract import CORE, CommandSpec
from benchmark.errors import PluginError
from benchmark.machine.descriptors import stdout_to_stderr
from benchmark.machine.distributions import version_of
from benchmark.plugins.checks import SYSTEM_NAME, check_command
from benchmark.plugins.entries import import_within, installed_commands, names_without
from benchmark.plugins.hooks import Hooks
from benchmark.plugins.provenance import (
    BrokenPlugin,
    Provenance,
    describe_broken,
    provenance_of,
)
from benchmark.plugins.trials import find_fatal


class BrokenCommandError(PluginError):
    """A plugin's command cannot be had.

    Attributes:
        broken: what of it, and where.
    """

    def __init__(self, broken: BrokenPlugin) -> None:
        super().__init__(
            f"the command {broken.entry_point!r} of {broken.provenance} cannot be used: "
            f"{broken.reason.removesuffix('.')}. `bench plugins doctor` shows where; "
            f"`bench --no-plugin {broken.entry_point} ...` goes without it."
        )
        self.broken = broken


def claimed_commands() -> dict[str, list[EntryPoint]]:
    """List by name who claims a command, those aside that are switched off; imports nothing."""
    without = names_without()
    claims: dict[str, list[EntryPoint]] = {}
    for entry in installed_commands():
        if entry.name not in without:
            claims.setdefault(entry.name, []).append(entry)
    return claims


def why_refused(name: str, entries: Sequence[EntryPoint], core: Container[str]) -> str | None:
    """Say why a name is nobody's command, without an import; None where it is one's alone.

    Args:
        name: of the command.
        entries: of those who claim it.
        core: names of the core's own commands, which stay the core's.
    """
    if not SYSTEM_NAME.fullmatch(name):
        return f"command name {name!r} is not lower-case-with-hyphens."
    claimants = [*map(provenance_of, entries)]
    if name in core:
        claimants.insert(0, Provenance(CORE, version_of(CORE)))
    if len(claimants) < 2:
        return None
    first, second, *_ = claimants
    return (
        f"command {name!r} is declared by both {first} and {second}. Uninstall one, or ask its "
        "author to rename it."
    )


def declare_command(entry: EntryPoint) -> CommandSpec:
    """Import the module that brings a command, and ask it.

    Raises:
        BrokenCommandError: the module ends or hangs the process, raises anything, has no such
            hook, or brings another command.
    """
    fatal = find_fatal([entry], _declare_in_time)
    if entry.name in fatal:
        reason = f"{fatal[entry.name]}."
        raise BrokenCommandError(BrokenPlugin(entry.name, provenance_of(entry), reason, ""))
    try:
        with stdout_to_stderr():
            return _declare_in_time(entry)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a stranger's import may raise anything
        raise BrokenCommandError(describe_broken(entry, error)) from error


def load_command(entry: EntryPoint) -> object:
    """Import what a plugin's command is, in limited time.

    Returns:
        What the plugin calls a command; nobody looked at it.

    Raises:
        BrokenCommandError: as ``declare_command``; or it cannot be loaded.
    """
    spec = declare_command(entry)
    try:
        with stdout_to_stderr():
            return import_within(spec.load, entry)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise BrokenCommandError(describe_broken(entry, error)) from error


def _declare_in_time(entry: EntryPoint) -> CommandSpec:
    return import_within(partial(_declare, entry), entry)


def _declare(entry: EntryPoint) -> CommandSpec:
    hook = Hooks(entry.load()).find("bench_commands")
    if hook is None:
        raise PluginError("no bench_commands hook found; is @hookimpl missing on it?")
    specs: list[CommandSpec] = [spec for group in hook() for spec in group]
    for spec in specs:
        check_command(spec)
    for spec in specs:
        if spec.name == entry.name:
            return spec
    brought = ", ".join(repr(spec.name) for spec in specs) or "none"
    raise PluginError(
        f"bench_commands brings {brought}; expected one of the entry point's name, {entry.name!r}."
    )
