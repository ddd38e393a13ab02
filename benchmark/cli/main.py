"""The ``bench`` command.

Exit codes: 0 all is well; 1 a system failed, or a check found something; 2 the request cannot be
meant; 3 this machine lacks something (Java, weights, disk space), or a gate found nothing
measured; 4 a gate is inconclusive; 130 interrupted.
"""

from __future__ import annotations

import difflib
import importlib
import sys
from typing import Any

import click

from benchmark.cli.terminal import say, tamed_usage, warn
from benchmark.errors import BenchError

_COMMANDS = {
    "run": "Caption a split with one or more systems, score it, print the leaderboard.",
    "profile": "Measure how fast systems are, from cold start to latency under load.",
    "caption": "Caption sounds that have no references.",
    "score": "Score captions files you already have.",
    "rescore": "Compute the scores of finished runs again from their ledgers.",
    "migrate": "Rewrite runs and baselines of earlier versions as this one writes them.",
    "compare": "Tell which of two systems is better, and how sure that is.",
    "power": "Measure how often tests err, and how small a drop they see.",
    "gate": "Hold a run against an accepted baseline: pass, fail or inconclusive.",
    "baseline": "Accept a run as the baseline that gates hold others against.",
    "record": "Write a finished run as one file of scores, without its captions.",
    "leaderboard": "Print the table of one or more runs.",
    "show": "Show one clip of a run: what was said of it, with scores and reasons.",
    "picture": "Draw quality against latency, or how latencies are spread.",
    "report": "Write a page to listen to a run's clips and read what systems said.",
    "meta-eval": "Measure how often each metric agrees with people.",
    "gap": "Measure the modality gap behind a run, and draw it.",
    "embed": "Embed a split's sounds into a file that can be shared.",
    "systems": "List the systems that are installed.",
    "encoders": "List the encoders; build the embedded one.",
    "datasets": "List the data sets and where their files go.",
    "cache": "List, check and prune what is kept to be made once.",
    "fetch": "Fetch what SPICE and FENSE need, and data sets, checked by their sums.",
    "data": "Fetch and verify data sets.",
    "doctor": "Say what this machine has and what it lacks.",
    "plugins": "List plugins; diagnose broken ones; begin a new one.",
}


class _LazyGroup(click.Group):
    """Imports a command's module when the command is called, so that ``--help`` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = name.replace("-", "_")
        command = importlib.import_module(f"benchmark.cli.commands.{module}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in _COMMANDS:
            near = difflib.get_close_matches(args[0], _COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            known = ", ".join(_COMMANDS)
            ctx.fail(f"no command named {args[0]!r}.{hint} Known: {known}.")
        return super().resolve_command(ctx, args)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        with tamed_usage():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with tamed_usage():
                return super().invoke(ctx)
        except KeyboardInterrupt:  # click would say 1
            say("\nInterrupted.", err=True)
            sys.exit(130)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--no-plugin",
    "without",
    multiple=True,
    metavar="NAME",
    help="Import no plugin of this name (`bench plugins list`); repeatable. Else those that "
    "BENCH_WITHOUT_PLUGINS names, comma-separated.",
)
@click.version_option(package_name="aac-bench", prog_name="bench")
def bench(without: tuple[str, ...]) -> None:
    """Run, score and rank automated audio captioning systems.

    Exit codes: 0 all is well; 1 a system or a check failed; 2 the request cannot be meant; 3 this
    machine lacks something; 4 a gate is inconclusive.
    """
    if without:
        from benchmark.systems.plugin_imports import go_without

        go_without([*without])


def main(argv: list[str] | None = None) -> Any:
    """Run the command line; errors a user can cure become one line and an exit code."""
    try:
        return bench.main(argv, prog_name="bench")
    except BenchError as error:
        warn(f"error: {error}")
        sys.exit(error.exit_code)
