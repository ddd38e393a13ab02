"""``bench profile``: how fast systems are, from cold start to latency under load."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.arguments import data_root_option, form_option
from benchmark.cli.installed import load_plugins
from benchmark.cli.outputs import out_file
from benchmark.display.layout import Format

if TYPE_CHECKING:
    from benchmark.profiling.profile import Profile

SCENARIOS = ("single-stream", "offline", "server")


@click.command()
@click.option("--systems", required=True, help="Comma-separated names, as `wsac-pd,constant`.")
@click.option("--dataset", default="soundscapes", show_default=True, help="NAME or NAME:SPLIT.")
@click.option(
    "--scenario",
    "scenarios",
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
    help="Clips to caption in each scenario; p99 takes 368.",
)
@click.option(
    "--seconds",
    "limit_s",
    type=click.FloatRange(min=0, min_open=True),
    default=20.0,
    show_default=True,
    help="A scenario's limit of time, for each batch size.",
)
@click.option("--batch-sizes", default="1,8,32", show_default=True, help="Of the offline scenario.")
@click.option(
    "--rate",
    "rate_qps",
    type=click.FloatRange(min=0, min_open=True),
    help="Arrivals a second of the server scenario.",
)
@click.option(
    "--load",
    type=click.FloatRange(min=0, max=1, min_open=True, max_open=True),
    help="Arrivals as a share of what the system answers one by one. [default: 0.8]",
)
@click.option("--train", help="Training split of systems that learn; else the data set's own.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--device", default="cpu", show_default=True, help="torch's name: cpu, cuda, ...")
@form_option
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
def command(
    systems: str,
    dataset: str,
    scenarios: tuple[str, ...],
    n_queries: int,
    limit_s: float,
    batch_sizes: str,
    rate_qps: float | None,
    load: float | None,
    train: str | None,
    seed: int,
    device: str,
    form: Format,
    data_root: Path | None,
    out: Path | None,
    pytest_path: Path | None,
) -> None:
    """Profile systems, each in a process of its own; its captions must stay the same throughout.

    Exits with 1 where a system failed or a profile is void.
    """
    from benchmark.machine.places import data_root as find_data_root
    from benchmark.profiling.processes import profile_systems
    from benchmark.profiling.request import DEFAULT_LOAD, ProfileRequest, choose_scenarios
    from benchmark.profiling.tables import profile_tables
    from benchmark.systems.names import split_names

    if rate_qps is not None and load is not None:
        raise click.UsageError("--rate and --load both say how often clips come; choose one.")
    request = ProfileRequest(
        systems=tuple(split_names(systems)),
        dataset=dataset,
        data_root=find_data_root(data_root),
        scenarios=choose_scenarios(scenarios, has_rate=rate_qps is not None or load is not None),
        n_queries=n_queries,
        limit_s=limit_s,
        batch_sizes=_read_sizes(batch_sizes),
        rate_qps=rate_qps,
        load=DEFAULT_LOAD if load is None else load,
        train=train,
        seed=seed,
        device=device,
    )
    try:
        profile = profile_systems(request, load_plugins(), lambda text: click.echo(text, err=True))
    except KeyboardInterrupt:
        click.echo("\nInterrupted; nothing was kept.", err=True)
        sys.exit(130)
    click.echo(profile_tables(profile, form))
    is_good = _tell_failures(profile)
    _write(profile, out, pytest_path)
    if not is_good:
        sys.exit(1)


def _tell_failures(profile: Profile) -> bool:
    """Say which profiles failed or are void; return whether none is."""
    from benchmark.profiling.profile import Failure

    is_good = True
    for name, outcome in profile.outcomes.items():
        if isinstance(outcome, Failure):
            complaint = f"failed: {outcome.reason}"
        elif outcome.void is not None:
            complaint = f"is void: {outcome.void}"
        else:
            continue
        is_good = False
        click.echo(f"bench: the profile of {name} {complaint}", err=True)
    return is_good


def _write(profile: Profile, out: Path | None, pytest_path: Path | None) -> None:
    from benchmark.files import write_text
    from benchmark.profiling.pytest_form import to_pytest_benchmark

    if out is not None:
        write_text(out, json.dumps(profile.to_json(), indent=1))
    if pytest_path is not None:
        write_text(pytest_path, json.dumps(to_pytest_benchmark(profile), indent=1))


def _read_sizes(text: str) -> tuple[int, ...]:
    try:
        sizes = sorted({int(part) for part in text.split(",")})
    except ValueError:
        sizes = []
    if not sizes or sizes[0] < 1:
        raise click.UsageError(
            f"--batch-sizes is {text!r}; expected numbers above 0, comma-separated, as 1,8,32."
        )
    return tuple(sizes)
