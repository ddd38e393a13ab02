"""``bench gap``: the modality gap behind a run."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.arguments import data_root_option, form_option
from benchmark.cli.outputs import out_file
from benchmark.display.layout import Format


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    type=out_file(),
    help="Draw a picture; its name says which format: svg, png or pdf.",
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
    help="Embed N clips of each split at most, drawn with the run's seed.",
)
@click.option(
    "--encoder",
    "encoders",
    multiple=True,
    help="An encoder of sounds and captions; else those that the run's systems say they use.",
)
@form_option
@data_root_option
@click.option("--device", default="cpu", show_default=True, help="torch's name: cpu, cuda, ...")
def command(
    run: Path,
    out: Path | None,
    json_path: Path | None,
    n_clips: int | None,
    encoders: tuple[str, ...],
    form: Format,
    data_root: Path | None,
    device: str,
) -> None:
    """Measure how far sounds lie from captions in the joint spaces of a finished RUN.

    Figures stand before and after each strategy of WSAC (arXiv 2309.12242) to bridge that gap.
    """
    from benchmark.display.figures import require_picture
    from benchmark.files import spell_json, write_text
    from benchmark.gap.picture import save_picture
    from benchmark.gap.study import GapRequest, report_gap
    from benchmark.gap.table import render_gap
    from benchmark.machine.places import data_root as find_data_root

    if out is not None:
        require_picture(out)
    request = GapRequest(run, find_data_root(data_root), encoders, n_clips, device)
    report = report_gap(request)
    click.echo(render_gap(report, form))
    if json_path is not None:
        write_text(json_path, spell_json(report.to_json(), indent=1))
    if out is not None:
        save_picture(report, out)
