"""The ``bench`` command.

Exit codes: 0 all is well; 1 a system failed, or a check found something; 2 the request cannot be
meant; 3 this machine lacks something (Java, weights, disk space), or a gate found nothing
measured; 4 a gate is inconclusive; 130 interrupted, 143 ended by SIGTERM, 141 nobody reads on.
"""

from __future__ import annotations

import errno
import importlib
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click
from click.shell_completion import CompletionItem

from benchmark.cli.own_commands import OWN_COMMANDS
from benchmark.cli.plugin_commands import (
    WaitingCommand,
    blaming,
    find_command,
    is_claimed,
    list_claims,
    list_usable,
    tell_unknown,
)
from benchmark.cli.streams import (
    CLOSED,
    is_of_printing,
    leave_streams,
    spell_what_streams_cannot_hold,
)
from benchmark.cli.terminal import say, tamed_usage, warn
from benchmark.deprecated import BENCH_HUB
from benchmark.display.escaping import show_line
from benchmark.errors import BenchError, MachineError, UsageError, describe, quoted
from benchmark.machine.distributions import version_of
from benchmark.machine.signals import exit_code_of, leave_with, name_of, treat_as_interrupts

_LONGEST_PATH = 200
"""Characters of a path in a message; the longest that a system takes has thousands."""

_NO_PLACES = (errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR)


class _PipeClosedError(Exception):
    """Nobody reads on; in the place of an ``OSError`` to which click has an answer of its own."""


@contextmanager
def _noticing_closed_pipes() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise _PipeClosedError from error


class _LazyGroup(click.Group):
    """Imports a command's module when the command is called, so that ``--help`` stays quick.

    The core's own commands come first; a plugin takes none of their names.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*OWN_COMMANDS, *list_usable()]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in OWN_COMMANDS:
            return find_command(name) if is_claimed(name) else None
        module = name.replace("-", "_")
        command = importlib.import_module(f"benchmark.cli.commands.{module}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in OWN_COMMANDS:
            if not is_claimed(args[0]):
                ctx.fail(tell_unknown(args[0]))
            return args[0], WaitingCommand(args[0]), args[1:]
        return super().resolve_command(ctx, args)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        with _noticing_closed_pipes(), tamed_usage():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _noticing_closed_pipes(), tamed_usage(), blaming(ctx):
            outcome = super().invoke(ctx)
        # What a plugin's command returns is no exit code, as anywhere with click.
        return outcome if ctx.invoked_subcommand in OWN_COMMANDS else None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        told = {**dict.fromkeys(list_usable(), "of a plugin"), **OWN_COMMANDS}
        names = [name for name in told if name.startswith(incomplete)]
        items = [CompletionItem(name, help=told[name]) for name in names]
        return [*items, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(OWN_COMMANDS.items()))
        if claims := list_claims():
            with formatter.section("Commands of plugins"):
                formatter.write_dl(
                    [(show_line(name), show_line(told)) for name, told in claims.items()]
                )


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--no-plugin",
    "without",
    multiple=True,
    metavar="NAME",
    help="Import no plugin of this name (`bench plugins list`); repeatable. Else those that "
    "BENCH_WITHOUT_PLUGINS names, comma-separated; BENCH_PLUGINS=none imports none at all.",
)
@click.option(
    "--plugin",
    "files",
    multiple=True,
    metavar="FILE",
    help="Take a Python file for a plugin, as ./mine.py; repeatable. Else those that "
    "BENCH_PLUGIN_FILES names, as PATH does.",
)
@click.option(
    "--offline",
    is_flag=True,
    help="Ask no model hub: models that are not here count as missing at once. The same as "
    "HF_HUB_OFFLINE=1.",
)
@click.version_option(version_of("aac-bench"), prog_name="bench")
@click.pass_context
def bench(
    context: click.Context, without: tuple[str, ...], files: tuple[str, ...], offline: bool
) -> None:
    """Run, score and rank automated audio captioning systems.

    Exit codes: 0 all is well; 1 a system or a check failed; 2 the request cannot be meant; 3 this
    machine lacks something; 4 a gate is inconclusive.
    """
    if offline:  # for libraries, too, and for the processes of systems
        os.environ["HF_HUB_OFFLINE"] = "1"
    if BENCH_HUB.what in os.environ:
        warn(BENCH_HUB.warning)
    if without:
        from benchmark.plugins.entries import go_without

        go_without([*without])
    if files:
        from benchmark.plugins.called_files import calling_files
        from benchmark.plugins.named_files import name_file

        context.with_resource(calling_files())
        for file in files:
            name_file(file)
    # `plugins` shows what is wrong with them.
    if os.environ.get("BENCH_PLUGIN_FILES") and context.invoked_subcommand != "plugins":
        from benchmark.machine.descriptors import stdout_to_stderr
        from benchmark.plugins.called_files import require_files

        with stdout_to_stderr():
            require_files()


def main(argv: list[str] | None = None) -> NoReturn:
    """Run the command line; errors a user can cure become one line and an exit code."""
    treat_as_interrupts()
    spell_what_streams_cannot_hold()
    try:
        code = _answer(argv)
        left = leave_streams()
        if left is not None and code == 0:
            code = CLOSED if isinstance(left, BrokenPipeError) else _tell_fault(left)
    except KeyboardInterrupt as interrupt:  # while the last one was told
        code = exit_code_of(interrupt)
    leave_with(code)


def _answer(argv: list[str] | None) -> int:
    """Run a command and say what stopped it; returns the exit code."""
    try:
        outcome: object = bench.main(argv, prog_name="bench", standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        say(str(end.code), err=True)
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort) as error:
        is_told = isinstance(error, click.Abort)  # then click has ended the line with ^C
        interrupt = error.__cause__ if is_told else error
        say(f"{'' if is_told else chr(10)}{name_of(interrupt)}.", err=True)
        return exit_code_of(interrupt)
    except BenchError as error:
        warn(f"error: {error}")
        return error.exit_code
    except _PipeClosedError:
        return CLOSED
    except (OSError, MemoryError) as error:
        return _tell_fault(error)


def _tell_fault(error: OSError | MemoryError) -> int:
    """Say what this machine refused where nobody foresaw it; returns the exit code."""
    if os.environ.get("BENCH_TRACEBACK"):
        traceback.print_exception(error)
    warn(f"error: {_describe_fault(error)}")
    is_of_request = isinstance(error, OSError) and error.errno in _NO_PLACES
    return UsageError.exit_code if is_of_request else MachineError.exit_code


def _describe_fault(error: OSError | MemoryError) -> str:
    if isinstance(error, OSError) and is_of_printing(error):
        return f"cannot print: {error.strerror or error}."
    where = "BENCH_TRACEBACK=1 shows where it was."
    if isinstance(error, OSError) and isinstance(error.filename, str | bytes) and error.strerror:
        path = os.fsdecode(error.filename)
        shown = quoted(path if len(path) <= _LONGEST_PATH else f"{path[:_LONGEST_PATH]}...")
        return f"cannot use {shown}: {error.strerror}. Mend that, or name another place; {where}"
    return f"this machine refused: {describe(error)}. Mend that and try again; {where}"
