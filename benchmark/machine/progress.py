"""Progress bars for work that takes seconds: shown on a terminal, silent elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from benchmark.display.escaping import show_line

ERROR_CONSOLE = Console(stderr=True)


def is_watched() -> bool:
    """Tell whether bars are shown: on a terminal, and not wherever colours are asked for.

    Notebooks and servers of continuous integration set FORCE_COLOR, and keep every frame of a bar.
    """
    try:
        return ERROR_CONSOLE.is_terminal and ERROR_CONSOLE.file.isatty()
    except ValueError:  # it is closed
        return False


class Bar:
    """One bar; ``advance`` moves it."""

    def __init__(self, progress: Progress, label: str, total: int | None) -> None:
        self._progress = progress
        self._task = progress.add_task(show_line(label), total=total)

    def advance(self, steps: int = 1) -> None:
        self._progress.advance(self._task, steps)
        self._draw()

    def describe(self, label: str) -> None:
        """Change what stands before the bar."""
        self._progress.update(self._task, description=show_line(label))
        self._draw()

    def _draw(self) -> None:
        if not self._progress.live.auto_refresh:
            self._progress.refresh()


@contextmanager
def progress_bar(
    label: str, total: int | None, *, is_bytes: bool = False, has_thread: bool = True
) -> Iterator[Bar]:
    """Show a bar on standard error while the block runs; nothing where that is no terminal.

    Args:
        label: what stands before the bar.
        total: how many steps there are; None where nobody knows.
        is_bytes: steps are bytes, and are shown as MB.
        has_thread: a thread draws it; else it is drawn where it changes, and this process can be
            copied meanwhile.
    """
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn() if is_bytes else MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns,
        console=ERROR_CONSOLE,
        transient=True,
        auto_refresh=has_thread,
        disable=not is_watched(),
    ) as progress:
        yield Bar(progress, label, total)
