"""``bench report``: a page to listen to a run."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.arguments import data_root_option, rank_by_option, trust_edited_option
from benchmark.cli.outputs import out_folder
from benchmark.cli.terminal import say_line


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    required=True,
    type=out_folder(),
    help="Folder of the page; new or empty.",
)
@data_root_option
@click.option(
    "--sounds/--no-sounds",
    "with_sounds",
    default=True,
    show_default=True,
    help="Write sounds and spectrograms beside the page.",
)
@rank_by_option
@trust_edited_option
def command(
    run: Path,
    out: Path,
    data_root: Path,
    with_sounds: bool,
    rank_by: str | None,
    trust_edited: bool,
) -> None:
    """Write a page that plays a finished RUN's clips and shows what systems said of them.

    The page opens from disk and loads nothing from anywhere else.
    """
    from benchmark.contract import SplitLabel
    from benchmark.datasets.catalogue import DATASETS
    from benchmark.leaderboard.page.writing import write_report

    page = write_report(
        run, out, data_root, with_sounds=with_sounds, rank_by=rank_by, trust_edited=trust_edited
    )
    sounds = f"{page.n_sounds:,} with sound"
    say_line(f"{page.path}: {page.n_clips:,} clips, {sounds}, {page.size_mib:.1f} MiB")
    for clip_id, note in page.notes.items():
        say_line(f"  {clip_id}: {note}")
    name = SplitLabel.parse(page.dataset).dataset_name
    licence = DATASETS[name].licence if name in DATASETS else "nobody says; its plugin is not here"
    say_line(f"Before you pass it on, the licence of {name}: {licence}.")
