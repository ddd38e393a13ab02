"""What the terminal that a command prints to can hold: the one place that asks it."""

from __future__ import annotations

import os
import sys

import click

from benchmark.display.view import CURE, LEAST_WIDTH, USUAL_WIDTH, View

_IS_WHOLE = f"{__name__}.is_whole"


def _remember(context: click.Context, parameter: click.Parameter, is_whole: bool) -> None:
    context.meta[_IS_WHOLE] = is_whole


wide_option = click.option(
    "--wide",
    is_flag=True,
    expose_value=False,
    callback=_remember,
    help="Print all columns of tables, also those that the terminal has no room for.",
)
"""Adds ``--wide`` to a command, whose ``find_view`` follows it."""


def find_view(cure: str = CURE) -> View:
    """Look at what the output of this command goes to.

    ``COLUMNS`` says how wide it is; else a terminal does; what is no terminal is ``USUAL_WIDTH``.
    No letter is painted where ``NO_COLOR`` is set, or for what is no terminal.

    Args:
        cure: how to see what is left out, where not by the command with ``--wide``.
    """
    context = click.get_current_context(silent=True)
    is_whole = context is not None and context.meta.get(_IS_WHOLE, False)
    return View(None if is_whole else _find_width(), is_painted=_obeys_tones(), cure=cure)


def _find_width() -> int:
    asked = os.environ.get("COLUMNS", "")
    width = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 0
    if not width and sys.stdout.isatty():
        try:
            width = os.get_terminal_size(sys.stdout.fileno()).columns
        except OSError:
            width = 0
    return max(LEAST_WIDTH, width or USUAL_WIDTH)


def _obeys_tones() -> bool:
    is_wished = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return is_wished and sys.stdout.isatty()
