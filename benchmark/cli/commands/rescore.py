"""``bench rescore``: scores again, from the ledger."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.arguments import (
    data_root_option,
    metrics_option,
    split_list,
    suite_options,
)
from benchmark.cli.endings import finish


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@data_root_option
@metrics_option
@suite_options
def command(
    runs: tuple[Path, ...],
    data_root: Path | None,
    metrics: str | None,
    sbert_model: str | None,
    bert_score_model: str | None,
) -> None:
    """Compute the scores of finished RUNS again from their ledgers."""
    from benchmark.machine.places import data_root as find_data_root
    from benchmark.metrics.catalogue import select_metrics
    from benchmark.metrics.suite import SuiteSettings
    from benchmark.runs.carry_out import rescore_run
    from benchmark.runs.folder import folders_in

    keys = select_metrics(split_list(metrics, ())) or None
    suite = SuiteSettings(sbert_model, bert_score_model)
    root = find_data_root(data_root)
    folders = [folder for path in runs for folder in folders_in(path)]
    finish([rescore_run(folder, root, suite, keys) for folder in folders])
