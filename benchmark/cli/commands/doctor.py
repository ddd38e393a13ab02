"""``bench doctor``: what this machine has and lacks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from benchmark.cli.arguments import form_option
from benchmark.display.layout import Format
from benchmark.display.tables import Column, Table, render

if TYPE_CHECKING:
    from benchmark.cli.doctor import Finding

_MARKS = {"ok": "ok      ", "optional": "optional", "missing": "MISSING "}


@click.command()
@form_option
def command(form: Format) -> None:
    """Say what this machine has and what it lacks; exit 3 if runs cannot work."""
    from benchmark.cli.doctor import examine

    findings = []
    for finding in examine():
        findings.append(finding)
        if form == "text":  # at once: some things take a while to look at
            click.echo(f"{_MARKS[finding.status]}  {finding.subject}: {finding.detail}")
    if form != "text":
        click.echo(render([_findings_table(findings)], form))
    if any(finding.status == "missing" for finding in findings):
        sys.exit(3)


def _findings_table(findings: list[Finding]) -> Table[Finding]:
    return Table(
        columns=[
            Column("subject", lambda finding: finding.subject),
            Column("status", lambda finding: finding.status),
            Column("detail", lambda finding: finding.detail, side="left"),
        ],
        rows=findings,
        title="This machine:",
        name="findings",
    )
