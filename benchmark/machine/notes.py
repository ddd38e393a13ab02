"""Lines for people, told while the work goes on: on standard error, between its progress bars."""

from __future__ import annotations

from benchmark.display.escaping import show_line, show_log
from benchmark.machine.progress import ERROR_CONSOLE

_told: set[str] = set()


def tell(text: str) -> None:
    """Print a line on standard error; a bar that is drawn there stays below it.

    Args:
        text: one line; what in it would steer the terminal, or a server that keeps the log, is
            shown.
    """
    line = show_log(f"bench: {show_line(text)}")
    ERROR_CONSOLE.print(line, markup=False, highlight=False, emoji=False, soft_wrap=True)


def tell_once(text: str) -> None:
    """Print a line that was not told before in this process."""
    if text not in _told:
        _told.add(text)
        tell(text)
