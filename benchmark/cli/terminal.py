"""What commands print: the one place where text goes to a terminal, which obeys none of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from click.exceptions import NoArgsIsHelpError

from benchmark.display.escaping import show_line, show_log


def say(text: str, *, err: bool = False) -> None:
    """Print what a command found; what in it would steer the terminal is shown.

    Args:
        text: of any number of lines.
        err: to the error stream.
    """
    click.echo(show_log(text), err=err)


def say_tables(text: str) -> None:
    """Print what ``render`` set for the view of this terminal, tones and all."""
    click.echo(show_log(text, is_painted=True))


def say_line(text: str, *, err: bool = False) -> None:
    """Print one line: line breaks in the names that it holds are shown."""
    say(show_line(text), err=err)


def warn(text: str) -> None:
    """Print a message on the error stream, with the command's name before it.

    Lines after its first are indented, so that no line break in a name begins a message of ours.
    """
    first, *others = text.split("\n")
    indented = [line if line.startswith(" ") or not line else f"  {line}" for line in others]
    say("\n".join([f"bench: {first}", *indented]), err=True)


@contextmanager
def tamed_usage() -> Iterator[None]:
    """Show what was typed in the errors that click itself prints.

    Raises:
        click.ClickException: in the place of one whose message may hold anything.
    """
    try:
        yield
    except NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        raise click.UsageError(show_log(error.format_message()), error.ctx) from error
    except click.ClickException as error:
        tamed = click.ClickException(show_log(error.format_message()))
        # A plugin's command may have one of its own.
        tamed.exit_code = error.exit_code  # type: ignore[misc]
        raise tamed from error
