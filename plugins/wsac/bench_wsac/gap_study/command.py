"""``bench gap``: the modality gap behind a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.door import (
    Format,
    data_root_option,
    find_view,
    form_option,
    out_file,
    say_tables,
    trust_edited_option,
    wide_option,
)

if TYPE_CHECKING:
    from bench_wsac.gap_study.flat import Projection
    from bench_wsac.gap_study.paper_figures import FigureNumber


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    type=out_file(),
    help="Draw a picture; its name says which format: svg, png or pdf.",
)
@click.option(
    "--figure",
    type=click.IntRange(2, 3),
    metavar="[2|3]",
    help="Draw figure 2 or 3 of the paper instead: 2, pairs of the training split; 3, what each "
    "strategy makes of such pairs, and of those of the evaluated split.",
)
@click.option(
    "--project",
    "projection",
    type=click.Choice(("tsne", "pca")),
    help="How pictures lay points flat; else t-SNE for a figure of the paper, PCA for others.",
)
@click.option(
    "--json",
    "json_path",
    type=out_file(),
    help="Write the figures to a file.",
)
@click.option(
    "--clips",
    "n_clips",
    type=click.IntRange(min=1),
    help="Embed N clips of each split at most, drawn with the run's seed; a figure shows 300 pairs "
    "of a split unless this says otherwise.",
)
@click.option(
    "--encoder",
    "encoders",
    multiple=True,
    help="An encoder of sounds and captions; else those that the run's systems say they use.",
)
@trust_edited_option
@form_option
@wide_option
@data_root_option
@click.option("--device", default="cpu", show_default=True, help="torch's name: cpu, cuda, ...")
def command(
    run: Path,
    out: Path | None,
    figure: FigureNumber | None,
    projection: Projection | None,
    json_path: Path | None,
    n_clips: int | None,
    encoders: tuple[str, ...],
    trust_edited: bool,
    form: Format,
    data_root: Path,
    device: str,
) -> None:
    """Measure how far sounds lie from captions in the joint spaces of a finished RUN.

    Figures stand before and after each strategy of WSAC (arXiv 2309.12242) to bridge that gap.
    """
    from bench_wsac.gap_study.paper_figures import report_figure
    from bench_wsac.gap_study.paper_picture import save_figure_of_paper
    from bench_wsac.gap_study.picture import save_picture
    from bench_wsac.gap_study.study import GapRequest, report_gap
    from bench_wsac.gap_study.table import render_gap
    from benchmark.cli.door import require_picture, spell_json, write_text

    if out is None and (figure or projection):
        raise click.UsageError("--figure and --project draw a picture; name it with --out.")
    if out is not None:
        require_picture(out)
    request = GapRequest(run, data_root, encoders, n_clips, device, trust_edited=trust_edited)
    report = report_gap(request) if figure is None else report_figure(request, figure)
    say_tables(render_gap(report, form, find_view()))
    if json_path is not None:
        write_text(json_path, spell_json(report.to_json(), indent=1))
    if out is None:
        return
    if figure is None:
        save_picture(report, out, projection or "pca")
    else:
        save_figure_of_paper(report, figure, out, projection or "tsne")
