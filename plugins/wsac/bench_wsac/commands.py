"""The commands of WSAC's plugin."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from benchmark import CommandSpec, hookimpl

if TYPE_CHECKING:
    import click

BENCH_API = 2


@hookimpl
def bench_commands() -> Iterable[CommandSpec]:
    yield CommandSpec("gap", "Measure the modality gap behind a run, and draw it.", _load_gap)


def _load_gap() -> click.Command:
    from bench_wsac.gap_study.command import command

    return command
