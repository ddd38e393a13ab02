"""The modality gap as a picture: one panel per strategy (after WSAC, figures 2 and 3)."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench_wsac.gap_study.crossings import Crossing
from bench_wsac.gap_study.flat import Flat, Projection, lay_flat
from bench_wsac.gap_study.study import EncoderGap, GapReport
from bench_wsac.gap_study.table import describe_crossing
from benchmark.cli.door import literal, new_figure, save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL_INCHES = 3.6
CAPTION_COLOUR, SOUND_COLOUR, LINE_COLOUR = "#0072b2", "#d55e00", "#999999"


def save_picture(report: GapReport, path: Path, projection: Projection = "pca") -> None:
    """Draw a report and write it, in the format of the file's name.

    Raises:
        MachineError: the file cannot be written.
        DataError: there are too few points for t-SNE.
    """
    save_figure(draw_gap(report, projection), path)


def draw_gap(report: GapReport, projection: Projection = "pca") -> Figure:
    """Draw one row of panels per encoder, one panel per strategy, ``PANEL_INCHES`` each.

    The panels of a row share their axes: the first two principal components of sounds and
    references together, as the encoder embeds them; or t-SNE of all that the row shows.
    """
    n_rows = len(report.encoders)
    n_columns = max(len(encoder.crossings) for encoder in report.encoders)
    figure = new_figure(n_columns * PANEL_INCHES, n_rows * PANEL_INCHES)
    panels = figure.subplots(n_rows, n_columns, sharex="row", sharey="row", squeeze=False)
    for row, encoder in zip(panels, report.encoders, strict=True):
        _draw_row(list(row), encoder, projection)
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=2,
        frameon=False,
        fontsize=8,
        markerscale=2,
    )
    figure.suptitle(literal(f"{report.dataset}, memory {report.train}"), fontsize=10)
    return figure


def _draw_row(panels: list[Axes], encoder: EncoderGap, projection: Projection) -> None:
    pairs = [crossing.pairs for crossing in encoder.crossings]
    parts = [points for each in pairs for points in (each.sounds, each.captions)]
    flat, (across, up) = lay_flat(parts, projection, n_fitted=2)
    for panel, crossing, sounds, captions in zip(
        panels, encoder.crossings, flat[::2], flat[1::2], strict=False
    ):
        _draw_panel(panel, crossing, sounds, captions)
        panel.set_xlabel(across, fontsize=7)
    name = literal(textwrap.fill(encoder.encoder, 48))
    panels[0].set_ylabel(f"{name}\n{up}", fontsize=7)
    for panel in panels[len(encoder.crossings) :]:
        panel.set_axis_off()


def _draw_panel(panel: Axes, crossing: Crossing, sounds: Flat, captions: Flat) -> None:
    from matplotlib.collections import LineCollection

    pairs, figures = crossing.pairs, crossing.figures
    lines = np.stack([sounds[pairs.clip_of], captions], axis=1)
    panel.add_collection(
        LineCollection(list(lines), linewidths=0.3, colors=LINE_COLOUR, alpha=0.4, zorder=1)
    )
    for points, colour, label in (
        (captions, CAPTION_COLOUR, "captions"),
        (sounds, SOUND_COLOUR, "sounds"),
    ):
        first, second = points.T
        panel.scatter(first, second, 7, colour, label=label, linewidths=0, alpha=0.7, zorder=2)
    panel.set_aspect("equal")
    panel.tick_params(labelsize=6)
    others = figures.unpaired_cosine
    cosines = f"own {figures.paired_cosine:.2f}" + (
        "" if others is None else f", others' {others:.2f}"
    )
    panel.set_title(
        f"{literal(describe_crossing(crossing))}\n"
        f"gap {figures.gap_norm:.2f}, {cosines}, R@1 {100 * figures.recall_at_1:.0f} %",
        fontsize=7,
    )
