"""``bench run``: caption a split, score it, print the leaderboard."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from benchmark.cli.arguments import (
    chosen_metrics_option,
    data_root_option,
    embeddings_option,
    explain_option,
    gathered,
    learning_options,
    lineup_options,
    metric_model_options,
    out_option,
    rank_by_option,
    read_names,
    read_seeds,
    require_computed,
    trust_edited_option,
)
from benchmark.cli.clips_of import dataset_options
from benchmark.cli.endings import finish
from benchmark.cli.installed import load_plugins
from benchmark.cli.isolation import isolation_options
from benchmark.cli.patience import patience_options, typed_patience
from benchmark.cli.terminal import say, warn
from benchmark.cli.view import wide_option
from benchmark.machine.signals import exit_code_of, name_of
from benchmark.metrics.suite import MetricModels
from benchmark.plugins.called_files import calling_files
from benchmark.runs.carry_out import resume_run, start_run, start_seeds
from benchmark.runs.entries import ChangeEntry
from benchmark.runs.files_again import name_files_again
from benchmark.runs.folder import RunFolder, default_run_path, folders_in, require_all_seeds
from benchmark.runs.isolation.apart import Apart
from benchmark.runs.learning import AskedLearning
from benchmark.runs.plan import Feeding, Plan
from benchmark.runs.record import RunRecord
from benchmark.runs.requests import RunRequest
from benchmark.systems.lineups import find_lineup
from benchmark.systems.roster import describe_left_out


@click.command()
@click.option(
    "--systems",
    callback=read_names,
    help="Comma-separated names, as `wsac-pd,constant[caption=rain]`; or files, as `./mine.py`.",
)
@lineup_options
@dataset_options
@data_root_option
@out_option
@embeddings_option
@chosen_metrics_option("all")
@metric_model_options
@learning_options("Training split of systems that learn; else the data set's own.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--seeds",
    callback=read_seeds,
    help="Several, as 0,1,2: a run each; the table has mean and spread.",
)
@click.option("--device", default="cpu", show_default=True, help="torch's name: cpu, cuda, ...")
@click.option(
    "--batch-size",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Clips a call; latency figures say which it was.",
)
@patience_options
@click.option(
    "--profile",
    "n_timed",
    type=click.IntRange(min=0),
    default=50,
    show_default=True,
    help="Clips to caption once more, alone and with caches off, for the latency.",
)
@explain_option
@isolation_options
@click.option("--limit", type=click.IntRange(min=1), help="Caption the first N clips only.")
@click.option("--text-only", is_flag=True, help="Need no sound: for floors and ceilings.")
@rank_by_option
@wide_option
@click.option("--published", is_flag=True, help="Print numbers from papers below the table.")
@click.option(
    "--resume",
    type=click.Path(path_type=Path, file_okay=False),
    help="Finish the run in this folder; its own plan decides everything but time limits and what "
    "failures are borne, where these are given.",
)
@click.option(
    "--accept-changes",
    "accepts_changes",
    is_flag=True,
    help="With --resume: systems that changed since it began caption all clips anew.",
)
@click.option(
    "--without",
    callback=read_names,
    help="With --resume: systems that the run is to go on without, comma-separated.",
)
@trust_edited_option
@gathered(
    learning=AskedLearning, feeding=Feeding, request=RunRequest, models=MetricModels, apart=Apart
)
def command(
    request: RunRequest,
    models: MetricModels,
    out: Path | None,
    seeds: tuple[int, ...] | None,
    rank_by: str | None,
    published: bool,
    resume: Path | None,
    accepts_changes: bool,
    apart: Apart,
    without: tuple[str, ...],
    trust_edited: bool,
) -> None:
    """Caption a split with one or more systems, score it, print the leaderboard."""
    if bool(request.systems or request.lineups) == (resume is not None):
        raise click.UsageError(
            "give --systems to start a run (or --lineup), or --resume to finish one."
        )
    if accepts_changes and resume is None:
        raise click.UsageError("--accept-changes goes with --resume: a new run has no changes.")
    if without and resume is None:
        raise click.UsageError("--without goes with --resume: name what is to run in --systems.")
    if resume is None:
        require_computed(rank_by, request.metrics)
    path = resume or out or default_run_path("run", request.dataset)
    with _telling_how_to_go_on(path):
        if resume is None:
            records = _start(request, seeds, path, models, apart)
        else:
            records = _resume(
                path,
                request.data_root,
                models,
                apart,
                without,
                typed_patience(request.feeding.patience),
                accepts_changes=accepts_changes,
                trust_edited=trust_edited,
            )
    lineups = [find_lineup(name) for name in records[0].plan.lineups]
    finish(records, rank_by=rank_by, published=published, lineups=lineups)


def _start(
    request: RunRequest,
    seeds: Sequence[int] | None,
    path: Path,
    models: MetricModels,
    apart: Apart,
) -> list[RunRecord]:
    request = dataclasses.replace(request, argv=tuple(sys.argv[1:]))
    registry, tell = load_plugins(), _tell_left_out
    if seeds is None:
        return [start_run(request, registry, path, models, announce=tell, apart=apart)]
    return start_seeds(request, seeds, registry, path, models, announce=tell, apart=apart)


def _tell_left_out(plan: Plan) -> None:
    for sentence in describe_left_out(plan.left_out):
        warn(sentence)


def _resume(
    path: Path,
    data_root: Path,
    models: MetricModels,
    apart: Apart,
    without: Sequence[str],
    patience: Mapping[str, float | None],
    *,
    accepts_changes: bool,
    trust_edited: bool,
) -> list[RunRecord]:
    require_all_seeds(path)
    click.get_current_context().with_resource(calling_files())
    for folder in folders_in(path):
        name_files_again(RunFolder.open(folder).read_plan(), folder, without)
    registry = load_plugins()
    return [
        resume_run(
            folder,
            registry,
            data_root,
            models,
            accepts_changes=accepts_changes,
            announce=_tell_change,
            apart=apart,
            without=without,
            patience=patience,
            trust_edited=trust_edited,
        )
        for folder in folders_in(path)
    ]


def _tell_change(change: ChangeEntry) -> None:
    changes = ", ".join(change.changes)
    warn(f"{change.system} captions all clips anew: {changes}.")


@contextmanager
def _telling_how_to_go_on(path: Path) -> Iterator[None]:
    """End an interrupted command with the one that finishes its run, if it had begun."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        if any((folder / "plan.json").is_file() for folder in folders_in(path)):
            how = f"Go on with: bench run --resume {path}"
            say(f"\n{name_of(interrupt)}. {how}", err=True)
        sys.exit(exit_code_of(interrupt))
