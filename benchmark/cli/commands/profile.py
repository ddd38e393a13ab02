"""``bench profile``: how fast systems are, from cold start to latency under load."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from click.core import ParameterSource

from benchmark.cli.arguments import (
    data_root_option,
    form_option,
    gathered,
    learning_options,
    read_names,
)
from benchmark.cli.installed import load_plugins
from benchmark.cli.isolation import environment_options
from benchmark.cli.outputs import out_file
from benchmark.cli.patience import time_limit_options
from benchmark.cli.terminal import say, say_tables, warn
from benchmark.cli.view import find_view, wide_option
from benchmark.display.layout import Format
from benchmark.files import spell_json, write_text
from benchmark.machine.signals import exit_code_of, name_of
from benchmark.profiling.processes import profile_systems
from benchmark.profiling.profile import Failure, Profile
from benchmark.profiling.pytest_form import to_pytest_benchmark
from benchmark.profiling.request import (
    DEFAULT_LOAD,
    DRAW_ON_S,
    SCENARIOS,
    ProfileRequest,
    choose_scenarios,
)
from benchmark.profiling.tables import profile_tables
from benchmark.runs.isolation.apart import Apart
from benchmark.runs.learning import AskedLearning


def _read_sizes(context: click.Context, parameter: click.Parameter, text: str) -> tuple[int, ...]:
    """Read sizes of batches, comma-separated, as the callback of an option."""
    try:
        sizes = sorted({int(part) for part in text.split(",")})
    except ValueError:
        sizes = []
    if not sizes or sizes[0] < 1:
        raise click.UsageError(
            f"--batch-sizes is {text!r}; expected numbers above 0, comma-separated, as 1,8,32."
        )
    return tuple(sizes)


@click.command()
@click.option(
    "--systems",
    required=True,
    callback=read_names,
    help="Comma-separated names, as `wsac-pd,constant`; or files, as `./mine.py`.",
)
@click.option("--dataset", default="soundscapes", show_default=True, help="NAME or NAME:SPLIT.")
@click.option(
    "--scenario",
    "named",
    multiple=True,
    type=click.Choice(SCENARIOS),
    help="Repeatable; default single-stream and offline, and server with --rate or --load.",
)
@click.option(
    "--queries",
    "n_queries",
    type=click.IntRange(min=1),
    default=400,
    show_default=True,
    help="Clips to caption in each scenario; p99 takes 368. Unless asked for, the server has as "
    "many as bounds of its p50 take if those come within 120 s, and of its p90 within 60 s.",
)
@click.option(
    "--seconds",
    "limit_s",
    type=click.FloatRange(min=0, min_open=True),
    default=20.0,
    show_default=True,
    help="A scenario's limit of time, for each batch size; if asked for, the server's too.",
)
@click.option(
    "--batch-sizes",
    default="1,8,32",
    show_default=True,
    callback=_read_sizes,
    help="Of the offline scenario.",
)
@click.option(
    "--rate",
    "rate_qps",
    type=click.FloatRange(min=0, min_open=True),
    help="Arrivals a second of the server scenario.",
)
@click.option(
    "--load",
    "share",
    type=click.FloatRange(min=0, max=1, min_open=True, max_open=True),
    help="Arrivals as a share of what the system answers one by one. [default: 0.8]",
)
@time_limit_options
@environment_options
@learning_options("Training split of systems that learn; else the data set's own.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--device", default="cpu", show_default=True, help="torch's name: cpu, cuda, ...")
@form_option
@wide_option
@data_root_option
@click.option(
    "-o",
    "--out",
    type=out_file(),
    help="Write the whole profile, every call included, to this JSON file.",
)
@click.option(
    "--pytest-benchmark",
    "pytest_path",
    type=out_file(),
    help="Write the times for `pytest-benchmark compare` to this JSON file.",
)
@gathered(learning=AskedLearning, request=ProfileRequest, apart=Apart)
def command(
    request: ProfileRequest,
    named: tuple[str, ...],
    share: float | None,
    form: Format,
    out: Path | None,
    pytest_path: Path | None,
    apart: Apart,
) -> None:
    """Profile systems, each in a process of its own; its captions must stay the same throughout.

    Exits with 1 where a system failed or a profile is void.
    """
    request = _with_scenarios(request, named, share)
    try:
        profile = profile_systems(
            request, load_plugins(), lambda text: say(text, err=True), apart=apart
        )
    except KeyboardInterrupt as interrupt:
        say(f"\n{name_of(interrupt)}; nothing was kept.", err=True)
        sys.exit(exit_code_of(interrupt))
    say_tables(profile_tables(profile, form, find_view()))
    is_good = _tell_failures(profile)
    _write(profile, out, pytest_path)
    if not is_good:
        sys.exit(1)


def _with_scenarios(
    request: ProfileRequest, named: Sequence[str], share: float | None
) -> ProfileRequest:
    """Decide what is measured: naming how often clips come asks for the server, too."""
    if request.rate_qps is not None and share is not None:
        raise click.UsageError("--rate and --load both say how often clips come; choose one.")
    has_rate = request.rate_qps is not None or share is not None
    scenarios = choose_scenarios(named, has_rate=has_rate)
    load = DEFAULT_LOAD if share is None else share
    return dataclasses.replace(
        request, scenarios=scenarios, load=load, draw_on_s=_draw_on_s(request.limit_s)
    )


def _draw_on_s(limit_s: float) -> float:
    """Tell how long the server may take for its percentiles: numbers asked for stay as they are."""
    source = click.get_current_context().get_parameter_source
    if source("n_queries") is not ParameterSource.DEFAULT:
        return 0.0
    return DRAW_ON_S if source("limit_s") is ParameterSource.DEFAULT else limit_s


def _tell_failures(profile: Profile) -> bool:
    """Say which profiles failed or are void; return whether none is."""
    is_good = True
    for name, outcome in profile.outcomes.items():
        if isinstance(outcome, Failure):
            complaint = f"failed: {outcome.reason}"
        elif outcome.void is not None:
            complaint = f"is void: {outcome.void}"
        else:
            continue
        is_good = False
        warn(f"the profile of {name} {complaint}")
    return is_good


def _write(profile: Profile, out: Path | None, pytest_path: Path | None) -> None:
    if out is not None:
        write_text(out, spell_json(profile.to_json(), indent=1))
    if pytest_path is not None:
        write_text(pytest_path, spell_json(to_pytest_benchmark(profile), indent=1))
