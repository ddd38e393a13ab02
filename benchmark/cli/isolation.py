"""Options that say how far systems are kept apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from benchmark.cli.arguments import read_systems
from benchmark.machine.isolation import ISOLATIONS

Function = TypeVar("Function", bound=Callable[..., Any])


def _read_environments(
    context: click.Context, parameter: click.Parameter, texts: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Read ``SYSTEM=FILE``, as the callback of an option; options of systems hold ``=``, too."""
    from benchmark.runs.isolation.environments import read_requirements

    environments = {}
    for text in texts:
        name, _, path = text.rpartition("=")
        if not name or not path:
            raise click.BadParameter(
                f"{text!r}; expected a system and a file, as wsac-pd=requirements.txt.",
                param_hint="--env",
            )
        (system,) = read_systems(context, [name])
        environments[system] = read_requirements(Path(path))
    return environments


_env_option = click.option(
    "--env",
    "environments",
    multiple=True,
    metavar="SYSTEM=FILE",
    callback=_read_environments,
    help="Requirements of one system, as pip reads them: it runs in an environment that "
    "has them; repeatable.",
)


def environment_options(function: Function) -> Function:
    """Add the options that make an ``Apart`` where each system has processes of its own anyway."""
    isolation = click.option(
        "--isolation",
        type=click.Choice([each for each in ISOLATIONS if each != "none"]),
        default="process",
        show_default=True,
        help="What the processes of a system see: what the bench does, or an environment with what "
        "its distribution requires, too.",
    )
    return isolation(_env_option(function))


def isolation_options(function: Function) -> Function:
    """Add the options that make an ``Apart``."""
    for option in (
        _env_option,
        click.option(
            "--isolation",
            type=click.Choice(ISOLATIONS),
            default="process",
            show_default=True,
            envvar="BENCH_ISOLATION",
            show_envvar=True,
            help="Where systems run: each in a process of its own; in an environment with what its "
            "distribution requires, too; or none, all in this process.",
        ),
    ):
        function = option(function)
    return function
