"""Commands that plugins bring: listed by their entry points, loaded when they are called."""

from __future__ import annotations

import difflib
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, Any

import click

from benchmark.cli.own_commands import MOVED_OUT, OWN_COMMANDS
from benchmark.cli.streams import is_of_printing
from benchmark.errors import BenchError, PluginError, UsageError, describe, shown

if TYPE_CHECKING:
    from benchmark.plugins.provenance import BrokenPlugin

_NO_FAULTS = (
    *(BenchError, click.ClickException, click.Abort, click.exceptions.Exit),
    *(KeyboardInterrupt, SystemExit, BrokenPipeError, MemoryError),
)
"""What a command may raise, the core's own or a stranger's; ``main`` has an answer to each."""


class CommandError(PluginError):
    """A plugin's command failed in its own code."""

    exit_code = 1


class WaitingCommand(click.Command):
    """Stands for a plugin's command until ``bench`` has heeded its own options."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        assert self.name is not None
        return find_command(self.name).make_context(info_name, args, parent, **extra)


def is_claimed(name: str) -> bool:
    """Tell whether a plugin claims a command of a name, switched off or not."""
    from benchmark.plugins.entries import installed_commands

    return any(entry.name == name for entry in installed_commands())


def list_claims() -> dict[str, str]:
    """List what ``bench --help`` says of plugins' commands by name; imports none."""
    from benchmark.plugins.commands import claimed_commands
    from benchmark.plugins.provenance import provenance_of

    refused = find_refused()
    return {
        name: f"refused: {refused[name]}" if name in refused else str(provenance_of(entries[0]))
        for name, entries in claimed_commands().items()
    }


def list_usable() -> list[str]:
    """List the names of plugins' commands that one plugin alone claims; imports none."""
    from benchmark.plugins.commands import claimed_commands

    refused = find_refused()
    return [name for name in claimed_commands() if name not in refused]


def find_command(name: str) -> click.Command:
    """Load the command that a plugin brings under a name.

    Raises:
        UsageError: it is switched off.
        PluginError: two claim the name, or the plugin breaks the contract.
    """
    from benchmark.plugins.commands import claimed_commands, why_refused

    entries = claimed_commands().get(name, [])
    if not entries:
        raise UsageError(
            f"the command {name!r} is switched off by --no-plugin, BENCH_WITHOUT_PLUGINS or "
            "BENCH_PLUGINS=none."
        )
    if reason := why_refused(name, entries, OWN_COMMANDS):
        raise PluginError(reason)
    return require_command(entries[0])


def require_command(entry: EntryPoint) -> click.Command:
    """Load the command of an entry point.

    Raises:
        PluginError: it cannot be loaded, or is none of click's.
    """
    from benchmark.plugins.commands import BrokenCommandError, load_command
    from benchmark.plugins.provenance import describe_broken

    command = load_command(entry)
    if isinstance(command, click.Command):
        return command
    odd = PluginError(f"load gave {shown(command)}; expected a command of click.")
    raise BrokenCommandError(describe_broken(entry, odd))


def find_refused() -> dict[str, str]:
    """List names that are nobody's command, each with the message that says so."""
    from benchmark.plugins.commands import claimed_commands, why_refused

    reasons = {
        name: why_refused(name, entries, OWN_COMMANDS)
        for name, entries in claimed_commands().items()
    }
    return {name: reason for name, reason in reasons.items() if reason is not None}


def find_broken_commands() -> list[BrokenPlugin]:
    """Load every plugin's command that is one's alone, and say of those that fail why."""
    from benchmark.plugins.commands import BrokenCommandError, claimed_commands

    claims, broken = claimed_commands(), []
    for name in list_usable():
        try:
            require_command(claims[name][0])
        except BrokenCommandError as error:
            broken.append(error.broken)
    return broken


def tell_unknown(name: str) -> str:
    """Say that there is no command of a name, and what there is."""
    if name in MOVED_OUT:
        home = MOVED_OUT[name]
        return f"the command {name!r} is of {home}, which is not installed: pip install {home}."
    known = [*OWN_COMMANDS, *list_usable()]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"no command named {name!r}.{hint} Known: {', '.join(known)}."


@contextmanager
def blaming(context: click.Context) -> Iterator[None]:
    """Tell a fault in the code of a plugin's command as that plugin's.

    Args:
        context: of ``bench``, which knows what it invokes.

    Raises:
        CommandError: in the place of what nobody foresaw; says where that was.
    """
    try:
        yield
    except _NO_FAULTS:
        raise
    except BaseException as error:
        name = context.invoked_subcommand
        is_printing = isinstance(error, OSError) and is_of_printing(error)
        if name is None or name in OWN_COMMANDS or is_printing:
            raise
        if os.environ.get("BENCH_TRACEBACK"):
            traceback.print_exception(error)
        raise CommandError(_describe_fault(name, error)) from error


def _describe_fault(name: str, error: BaseException) -> str:
    from benchmark.plugins.commands import claimed_commands
    from benchmark.plugins.provenance import provenance_of

    (entry, *_) = claimed_commands()[name]
    return (
        f"the command {name!r} of {provenance_of(entry)} failed in its own code: "
        f"{describe(error).removesuffix('.')}{_place_of(error, entry.module)}. Tell its author; "
        "BENCH_TRACEBACK=1 shows the whole way there."
    )


def _place_of(error: BaseException, module: str) -> str:
    """Spell the innermost line of a plugin's that an error came by; else the innermost of all."""
    package = module.partition(".")[0]
    steps = [
        (frame.f_globals.get("__name__", "?"), line, frame.f_code.co_name)
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    own = [step for step in steps if str(step[0]).partition(".")[0] == package]
    for name, line, function in (own or steps)[-1:]:
        return f" (in {function} of {name}, line {line})"
    return ""
