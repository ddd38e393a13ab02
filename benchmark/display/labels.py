"""Names beside points, where nothing else is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchmark.display.escaping import show_controls

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

_NEAR_POINTS, _STEP_POINTS = 6, 10
_ROWS_AWAY = 5
_BAD = 100
"""To cover a name, or to leave the axes, is as bad as to cover so many lines."""

_Place = tuple[Literal["left", "right"], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Label:
    """A name to write beside the point it belongs to, in the units of the axes."""

    name: str
    x: float
    y: float
    is_bold: bool


def literal(text: str) -> str:
    """Escape a text so that matplotlib draws it literally: no dollar begins mathematics.

    What has no glyph, or would turn others around, is shown.
    """
    return show_controls(text).replace("$", r"\$")


def place_labels(figure: Figure, axes: Axes, labels: Sequence[Label], ink: str) -> None:
    """Write each name beside its point, in the first of the places that cover least.

    Args:
        figure: that holds the axes.
        axes: with all else drawn; its limits stay as they are.
        labels: the first are placed first.
        ink: the names' colour.
    """
    axes.set_xlim(axes.get_xlim())
    axes.set_ylim(axes.get_ylim())
    figure.draw_without_rendering()  # gives the axes their place
    drawn, written = _drawn(axes), [text.get_window_extent() for text in axes.texts]
    for label in labels:
        written.append(_write(axes, label, ink, drawn, written))


def _drawn(axes: Axes) -> list[Bbox]:
    """List what is drawn, as boxes: points, bars, and every piece of a line."""
    from matplotlib.collections import LineCollection
    from matplotlib.transforms import Bbox

    boxes: list[Bbox] = []
    strokes = [
        (bars.get_transform().transform(bar), 1.0)
        for bars in axes.collections
        if isinstance(bars, LineCollection)
        for bar in bars.get_segments()
    ]
    for line in axes.lines:
        corners = line.get_transform().transform(line.get_xydata())
        strokes.append((corners, line.get_markersize() / 2 if len(corners) == 1 else 1.0))
    for corners, size in strokes:
        for start, end in list(pairwise(corners)) or [(corners[0], corners[0])]:
            low, high = np.minimum(start, end) - size, np.maximum(start, end) + size
            boxes.append(Bbox([low, high]))
    return boxes


def _write(
    axes: Axes, label: Label, ink: str, drawn: Sequence[Bbox], written: Sequence[Bbox]
) -> Bbox:
    """Take the nearest of the places that cover least: names count more than lines."""
    text = axes.annotate(
        literal(label.name),
        (label.x, label.y),
        xytext=(0, 0),
        textcoords="offset points",
        fontsize=7.5,
        fontweight="bold" if label.is_bold else "normal",
        color=ink,
        alpha=1.0 if label.is_bold else 0.75,
        va="center",
        zorder=4,
    )
    inside = axes.get_window_extent()

    def write_at(place: _Place) -> Bbox:
        side, offset = place
        text.set_horizontalalignment(side)
        text.xyann = offset
        return text.get_window_extent()

    def cost(place: _Place) -> int:
        box = write_at(place)
        is_inside = inside.x0 <= box.x0 and box.x1 <= inside.x1
        n_bad = sum(box.overlaps(other) for other in written) + (not is_inside)
        return _BAD * n_bad + sum(box.overlaps(other) for other in drawn)

    return write_at(min(_places(), key=cost))


def _places() -> list[_Place]:
    """List sides and offsets in points: near before far, above before below, right before left."""
    places: list[_Place] = []
    for row in range(_ROWS_AWAY):
        away = _NEAR_POINTS + row * _STEP_POINTS
        for up in (away, -away):
            places += [("left", (_NEAR_POINTS, up)), ("right", (-_NEAR_POINTS, up))]
    return places
