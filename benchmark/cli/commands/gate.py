"""``bench gate``: hold a run against an accepted baseline."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import click

from benchmark.cli.arguments import trust_edited_option
from benchmark.cli.outputs import out_file
from benchmark.cli.terminal import say, warn

_FILE = click.Path(path_type=Path, dir_okay=False)
_REPORT = out_file(makes_folders=True)


_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def _read_age(_: click.Context, __: click.Parameter, text: str | None) -> float | None:
    """Read ``90m``, ``12h`` or ``2d``: seconds."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)([smhd])", text.strip())
    if match is None or not float(match[1]):
        raise click.BadParameter(f"{text!r} is no age; expected one as 90m, 12h or 2d.")
    return float(match[1]) * _SECONDS[match[2]]


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
    help="Add this run to a file of JSON lines; look for it and for steps in it.",
)
@click.option(
    "--max-age",
    "max_age_s",
    metavar="AGE",
    callback=_read_age,
    help="Judge no run that began longer ago, as 90m, 12h or 2d.",
)
@click.option(
    "--commit",
    metavar="COMMIT",
    help="Judge no run of another commit: 7 digits or more, or HEAD.",
)
@click.option("--again", is_flag=True, help="Judge a run that the history has been told of.")
@click.option("--strict", is_flag=True, help="Exit with 4 where the night is inconclusive.")
@trust_edited_option
def command(
    run: Path,
    baseline: Path,
    policy: Path | None,
    junit: Path | None,
    summary: Path | None,
    json_file: Path | None,
    history: Path | None,
    max_age_s: float | None,
    commit: str | None,
    again: bool,
    strict: bool,
    trust_edited: bool,
) -> None:
    """Hold a sealed RUN against a baseline.

    Exit codes: 0 pass, 1 fail, 2 the request cannot be meant, 3 nothing was measured, or not in
    the night that was asked about. An inconclusive night, which may be worse or not, exits with
    0, and with 4 where --strict or the policy asks for that.
    """
    from benchmark.gate.hold import GateRequest, hold_gate
    from benchmark.gate.pages import render_verdict
    from benchmark.gate.tonight import Expected

    named = os.environ.get("GITHUB_STEP_SUMMARY")
    night = hold_gate(
        GateRequest(
            run=run,
            baseline=baseline,
            policy=policy,
            expected=Expected(max_age_s, commit, again),
            history=history,
            junit=junit,
            summary=summary or (Path(named) if named else None),
            json=json_file,
            is_summary_offered=summary is None,
            is_strict=strict,
            trust_edited=trust_edited,
        )
    )
    say(render_verdict(night.verdict, night.steps, "text").rstrip("\n"))
    for problem in night.problems:
        warn(problem)
    sys.exit(night.verdict.exit_code)
