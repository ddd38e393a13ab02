"""``bench run``: caption a split, score it, print the leaderboard."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from benchmark.cli.arguments import (
    data_root_option,
    embeddings_option,
    lineup_options,
    metrics_option,
    out_option,
    parse_seeds,
    split_list,
    suite_options,
)
from benchmark.cli.endings import finish
from benchmark.cli.installed import load_plugins


@click.command()
@click.option("--systems", help="Comma-separated names, as `wsac-pd,constant[caption=rain]`.")
@lineup_options
@click.option("--dataset", default="soundscapes", show_default=True, help="NAME or NAME:SPLIT.")
@data_root_option
@out_option
@embeddings_option
@metrics_option
@suite_options
@click.option("--train", help="Training split of systems that learn; else the data set's own.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--seeds", help="Several, as 0,1,2: a run each; the table has mean and spread.")
@click.option("--device", default="cpu", show_default=True, help="torch's name: cpu, cuda, ...")
@click.option(
    "--batch-size",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Clips a call; latency figures say which it was.",
)
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds a call may take before its system is stopped.",
)
@click.option(
    "--profile",
    "n_profiled",
    type=click.IntRange(min=0),
    default=50,
    show_default=True,
    help="Clips to caption once more, alone and with caches off, for the latency.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Caption the first N clips only.")
@click.option("--text-only", is_flag=True, help="Need no sound: for floors and ceilings.")
@click.option("--published", is_flag=True, help="Print numbers from papers beside the table.")
@click.option(
    "--resume",
    type=click.Path(path_type=Path, file_okay=False),
    help="Finish the run in this folder; its own plan decides everything else.",
)
def command(
    systems: str | None,
    lineups: tuple[str, ...],
    dataset: str,
    data_root: Path | None,
    out: Path | None,
    embeddings: tuple[Path, ...],
    metrics: str | None,
    sbert_model: str | None,
    bert_score_model: str | None,
    train: str | None,
    seed: int,
    seeds: str | None,
    device: str,
    batch_size: int,
    timeout_s: float | None,
    n_profiled: int,
    limit: int | None,
    text_only: bool,
    published: bool,
    resume: Path | None,
) -> None:
    """Caption a split with one or more systems, score it, print the leaderboard."""
    from benchmark.machine.places import data_root as find_data_root
    from benchmark.metrics.catalogue import select_metrics
    from benchmark.metrics.suite import SuiteSettings
    from benchmark.runs.carry_out import resume_run, start_run, start_seeds
    from benchmark.runs.folder import default_run_path, folders_in
    from benchmark.runs.resolve import RunRequest
    from benchmark.systems.lineups import find_lineup
    from benchmark.systems.names import split_names

    if (systems is None and not lineups) == (resume is None):
        raise click.UsageError(
            "give --systems to start a run (or --lineup), or --resume to finish one."
        )
    models = SuiteSettings(sbert_model, bert_score_model, device)
    root = find_data_root(data_root)
    path = resume or out or default_run_path("run", dataset)
    try:
        if resume is not None:
            registry = load_plugins()
            outcomes = [resume_run(folder, registry, root, models) for folder in folders_in(resume)]
        else:
            request = RunRequest(
                systems=tuple(split_names(systems or "")),
                dataset=dataset,
                data_root=root,
                metrics=select_metrics(split_list(metrics, ("all",))),
                argv=tuple(sys.argv[1:]),
                train=train,
                seed=seed,
                device=device,
                batch_size=batch_size,
                timeout_s=timeout_s,
                n_profiled=n_profiled,
                text_only=text_only,
                limit=limit,
                embeddings=embeddings,
                lineups=lineups,
            )
            if seeds is None:
                outcomes = [start_run(request, load_plugins(), path, models)]
            else:
                chosen = parse_seeds(seeds)
                outcomes = start_seeds(request, chosen, load_plugins(), path, models)
    except KeyboardInterrupt:
        if any((folder / "plan.json").is_file() for folder in folders_in(path)):
            click.echo(f"\nInterrupted. Go on with: bench run --resume {path}", err=True)
        sys.exit(130)
    asked = [find_lineup(name) for name in outcomes[0].folder.read_plan().suites]
    finish(outcomes, published=published, lineups=asked)
