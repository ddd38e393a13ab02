"""The axis that both pictures share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABEL = "ms a clip, one clip a call"


def scale_milliseconds(axes: Axes, milliseconds: Sequence[float]) -> None:
    """Make the x axis logarithmic with plain numbers as ticks; a narrow range gets more of them."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    span = max(milliseconds) / max(min(milliseconds), 1e-9)
    steps = range(1, 10) if span < 8 else (1, 2, 5) if span < 300 else (1,)
    axes.set_xscale("log", nonpositive="clip")
    axes.xaxis.set_major_locator(LogLocator(subs=tuple(steps)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
