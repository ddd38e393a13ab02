"""``bench gate``: hold a run against an accepted baseline."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from benchmark.cli.outputs import out_file

_FILE = click.Path(path_type=Path, dir_okay=False)
_REPORT = out_file(makes_folders=True)


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--baseline",
    required=True,
    type=_FILE,
    help="File of `bench baseline accept`.",
)
@click.option("--policy", type=_FILE, help="Limits as TOML, over the built-in ones.")
@click.option("--junit", type=_REPORT, help="Write the checks as JUnit XML.")
@click.option(
    "--summary",
    type=_REPORT,
    help="Add the verdict as markdown; else to $GITHUB_STEP_SUMMARY where that is set.",
)
@click.option("--json", "json_file", type=_REPORT, help="Write the verdict as JSON.")
@click.option(
    "--history",
    type=_REPORT,
    help="Add this run to a file of JSON lines, and look for steps in it.",
)
def command(
    run: Path,
    baseline: Path,
    policy: Path | None,
    junit: Path | None,
    summary: Path | None,
    json_file: Path | None,
    history: Path | None,
) -> None:
    """Hold a sealed RUN against a baseline.

    Exit codes: 0 pass, 1 fail, 2 the request cannot be meant, 3 nothing was measured, 4
    inconclusive.
    """
    from benchmark.gate.hold import GateRequest, hold_gate
    from benchmark.gate.pages import render_verdict

    named = os.environ.get("GITHUB_STEP_SUMMARY")
    night = hold_gate(
        GateRequest(
            run=run,
            baseline=baseline,
            policy=policy,
            history=history,
            junit=junit,
            summary=summary or (Path(named) if named else None),
            json=json_file,
        )
    )
    click.echo(render_verdict(night.verdict, night.steps, "text").rstrip("\n"))
    sys.exit(night.verdict.exit_code)
