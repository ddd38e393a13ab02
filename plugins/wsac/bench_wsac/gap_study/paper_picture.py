"""Figures 2 and 3 of WSAC (arXiv 2309.12242), drawn of a finished run."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench_wsac.gap_study.crossings import Crossing
from bench_wsac.gap_study.flat import Projection, lay_flat
from bench_wsac.gap_study.paper_figures import FigureNumber
from bench_wsac.gap_study.picture import CAPTION_COLOUR, SOUND_COLOUR
from bench_wsac.gap_study.study import EncoderGap, GapReport
from bench_wsac.gap_study.table import describe_crossing
from benchmark.cli.door import literal, new_figure, save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL_INCHES = {2: 4.2, 3: 3.2}
_LEGEND_INCHES: dict[Projection, float] = {"tsne": 0.2, "pca": 0.38}
"""From a panel down to its legend, past the name of its axis and the numbers of its ticks."""
_AS_THEY_ARE = "as the encoder embeds them"


class _Panel(NamedTuple):
    """A place in a figure.

    Attributes:
        letter: that the paper gives it, if any.
        strategy: of the crossing that is drawn there.
        captions: what its blue points are.
        sounds: what its orange points are.
    """

    letter: str
    strategy: str
    captions: str
    sounds: str


_PANELS: dict[FigureNumber, tuple[_Panel, ...]] = {
    2: (_Panel("", "before", "captions", "sounds"),),
    3: (
        _Panel("(a) ", "noise", "captions with noise", "sounds"),
        _Panel("(b) ", "shift of captions", "shifted captions", "sounds"),
        _Panel("(c) ", "nearest", "captions", "nearest training captions of the sounds"),
        _Panel("(d) ", "projection", "captions", "projections of the sounds"),
    ),
}


def save_figure_of_paper(
    report: GapReport, figure: FigureNumber, path: Path, projection: Projection = "tsne"
) -> None:
    """Draw a figure of the paper and write it, in the format of the file's name.

    Raises:
        MachineError: the file cannot be written.
        DataError: there are too few points for t-SNE.
    """
    save_figure(draw_figure_of_paper(report, figure, projection), path)


def draw_figure_of_paper(
    report: GapReport, figure: FigureNumber, projection: Projection = "tsne"
) -> Figure:
    """Draw one row of panels per encoder, ``PANEL_INCHES`` each; those of figure 2 side by side.

    Every panel is laid flat for itself, as in the paper. One whose strategy could not be had stays
    empty and says so.

    Args:
        report: of ``report_figure``, of the same figure.
        figure: 2 or 3.
        projection: the paper's is t-SNE.
    """
    places, side = _PANELS[figure], PANEL_INCHES[figure]
    n_rows, n_columns = len(report.encoders), len(places)
    if n_columns == 1:
        n_rows, n_columns = n_columns, n_rows
    picture = new_figure(n_columns * side, n_rows * side)
    axes = picture.subplots(n_rows, n_columns, squeeze=False)
    rows = axes.reshape(len(report.encoders), len(places))
    for row, encoder in zip(rows, report.encoders, strict=True):
        _draw_row(list(row), places, encoder, projection)
    return picture


def _draw_row(
    axes: Sequence[Axes],
    places: Sequence[_Panel],
    encoder: EncoderGap,
    projection: Projection,
) -> None:
    crossings = {crossing.strategy: crossing for crossing in encoder.crossings}
    for panel, place in zip(axes, places, strict=True):
        if (crossing := crossings.get(place.strategy)) is None:
            panel.set_title(f"{place.letter}{place.strategy}: not known", fontsize=7)
            panel.set_axis_off()
        else:
            _draw_panel(panel, place, crossing, projection)
    name = literal(textwrap.fill(encoder.encoder, 40))
    axes[0].set_ylabel(f"{name}\n{axes[0].get_ylabel()}", fontsize=7)


def _draw_panel(panel: Axes, place: _Panel, crossing: Crossing, projection: Projection) -> None:
    pairs, figures = crossing.pairs, crossing.figures
    (captions, sounds), axes = lay_flat([pairs.captions, pairs.sounds], projection)
    for points, colour, label in (
        (captions, CAPTION_COLOUR, place.captions),
        (sounds, SOUND_COLOUR, place.sounds),
    ):
        first, second = points.T
        panel.scatter(first, second, 7, colour, label=label, linewidths=0, alpha=0.7)
    _draw_legend(panel, _LEGEND_INCHES[projection])
    panel.tick_params(labelsize=6)
    if projection == "tsne":  # its distances have no unit
        panel.set(xticks=[], yticks=[])
    panel.set_xlabel(axes[0], fontsize=7)
    panel.set_ylabel(axes[1], fontsize=7)
    is_changed = crossing.strategy != "before"
    what = f"{place.letter}{describe_crossing(crossing)}" if is_changed else _AS_THEY_ARE
    where = f"{len(pairs.sounds)} pairs of {crossing.settings['pairs_of']}"
    panel.set_title(
        f"{literal(textwrap.fill(what, 48))}\n{literal(textwrap.fill(where, 48))}\n"
        f"gap {figures.gap_norm:.2f}, own {figures.paired_cosine:.2f}",
        fontsize=7,
    )


def _draw_legend(panel: Axes, inches_below: float) -> None:
    from matplotlib.transforms import ScaledTranslation

    down = ScaledTranslation(0, -inches_below, panel.figure.dpi_scale_trans)
    panel.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, 0),
        bbox_transform=panel.transAxes + down,
        borderaxespad=0,
        frameon=False,
        fontsize=7,
    )
