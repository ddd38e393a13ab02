"""``bench show``: one clip of a run, with all that was said of it and why."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from benchmark.cli.arguments import data_root_option, form_option, trust_edited_option
from benchmark.cli.terminal import say_tables
from benchmark.cli.view import find_view, wide_option
from benchmark.display.layout import Format


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("clip")
@click.option("--system", "system_names", multiple=True, help="Show this system; repeatable.")
@data_root_option
@click.option(
    "--oracle",
    "asks_oracle",
    is_flag=True,
    help="Look for the training captions with the best BERTScore to the references; with many "
    "thousands of them this takes minutes.",
)
@click.option("--bert-score-model", help="Model for --oracle: id or folder.")
@trust_edited_option
@form_option
@wide_option
def command(
    run: Path,
    clip: str,
    system_names: tuple[str, ...],
    data_root: Path,
    asks_oracle: bool,
    bert_score_model: str | None,
    trust_edited: bool,
    form: Format,
) -> None:
    """Show what people and systems said of one CLIP of a finished RUN.

    Each caption has its scores, and what it leaned on where the run was made with --explain and
    its system can say.
    """
    from benchmark.leaderboard.one_clip import look_at_clip
    from benchmark.leaderboard.oracle import ask_oracle
    from benchmark.leaderboard.tables.one_clip import render_clip
    from benchmark.runs.reading import read_run
    from benchmark.runs.resolve import load_same_split, load_train_split

    if bert_score_model is not None and not asks_oracle:
        raise click.UsageError("--bert-score-model is of --oracle; give both, or neither.")
    record = read_run(run, trust_edited=trust_edited)
    split = load_same_split(record.plan, data_root, run)
    shown = look_at_clip(record, split, clip, system_names)
    if asks_oracle:
        train = load_train_split(record.plan, data_root)
        oracle = ask_oracle(shown.references, train, bert_score_model)
        shown = dataclasses.replace(shown, oracle=oracle)
    say_tables(render_clip(shown, form, find_view()))
