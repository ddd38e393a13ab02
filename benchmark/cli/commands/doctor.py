"""``bench doctor``: what this machine has and lacks."""

from __future__ import annotations

import sys

import click


@click.command()
def command() -> None:
    """Say what this machine has and what it lacks; exit 3 if runs cannot work."""
    from benchmark.cli.doctor import examine

    is_missing = False
    marks = {"ok": "ok      ", "optional": "optional", "missing": "MISSING "}
    for finding in examine():
        click.echo(f"{marks[finding.status]}  {finding.subject}: {finding.detail}")
        is_missing = is_missing or finding.status == "missing"
    if is_missing:
        sys.exit(3)
