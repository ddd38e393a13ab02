"""A progress bar for pairs of sentences, with their rate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from benchmark.machine.progress import ERROR_CONSOLE, Bar, is_watched


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f} pairs/s")


@contextmanager
def pair_progress(label: str, n_pairs: int) -> Iterator[Bar]:
    """Show a bar on standard error while the block runs; nothing where that is no terminal.

    The rate and the time left are those of the last half minute.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        _Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=ERROR_CONSOLE, transient=True, disable=not is_watched()
    ) as progress:
        yield Bar(progress, label, n_pairs)
