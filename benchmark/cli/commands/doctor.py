"""``bench doctor``: what this machine has and lacks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from benchmark.cli.arguments import form_option
from benchmark.cli.terminal import say
from benchmark.display.layout import Format
from benchmark.display.tables import Column, Table, render

if TYPE_CHECKING:
    from benchmark.cli.doctor import Requirement

_MARKS = {"ok": "ok      ", "optional": "optional", "missing": "MISSING "}


@click.command()
@form_option
def command(form: Format) -> None:
    """Say what this machine has and what it lacks; exit 3 if runs cannot work."""
    from benchmark.cli.doctor import examine

    requirements = []
    for requirement in examine():
        requirements.append(requirement)
        if form == "text":  # at once: some things take a while to look at
            say(f"{_MARKS[requirement.status]}  {requirement.subject}: {requirement.detail}")
    if form != "text":
        say(render([_requirements_table(requirements)], form))
    if any(requirement.status == "missing" for requirement in requirements):
        sys.exit(3)


def _requirements_table(requirements: list[Requirement]) -> Table[Requirement]:
    return Table(
        columns=[
            Column("subject", lambda requirement: requirement.subject),
            Column("status", lambda requirement: requirement.status),
            Column("detail", lambda requirement: requirement.detail, side="left"),
        ],
        rows=requirements,
        title="This machine:",
        name="findings",
    )
