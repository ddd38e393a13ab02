"""Quality against latency, drawn: every system a point, the Pareto front a staircase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmark.display.axes import LABEL, scale_milliseconds
from benchmark.display.figures import new_figure
from benchmark.display.labels import Label, literal, place_labels
from benchmark.errors import RunError, listed
from benchmark.leaderboard.pictures.pareto import Level, Point, TradeOff
from benchmark.leaderboard.rows import Rung

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_INCHES, HEIGHT_INCHES = 7.6, 4.2
INK = "#1a1a1a"
FRONT_COLOUR = "#e8590c"
_COLOURS: dict[Rung, str] = {
    "ceiling": "#ae6fc4",
    "system": "#228be6",
    "retrieval": "#2f9e44",
    "floor": "#868e96",
}
_MARKERS: dict[Rung, str] = {"system": "o", "retrieval": "D"}


def draw_trade_off(trade_off: TradeOff, title: str, ink: str = INK) -> Figure:
    """Draw quality against latency, the latter on a logarithmic axis.

    Bars are 95 % intervals; an incomplete row is hollow. Ceilings and floors are lines.

    Args:
        trade_off: what to draw.
        title: above the picture.
        ink: colour of words and axes.

    Raises:
        RunError: no system has a latency.
    """
    if not trade_off.points:
        reason = (
            listed([*trade_off.absent, *trade_off.apart]) or "there are floors and ceilings alone"
        )
        raise RunError(
            f"no system has both a latency and {trade_off.ranking.key}: {reason}. Latency comes "
            "from `bench run` with --profile 6 or more; captions from files have none."
        )
    figure = new_figure(WIDTH_INCHES, HEIGHT_INCHES)
    axes = figure.subplots()
    _draw_levels(axes, trade_off.levels)
    for rung in _MARKERS:
        _draw_rung(axes, rung, [point for point in trade_off.points if point.rung == rung])
    _dress(axes, trade_off, ink)
    _draw_front(axes, trade_off.front)
    axes.set_title(literal(title), fontsize=10, color=ink, loc="left")
    figure.legend(loc="outside lower center", ncols=5, frameon=False, fontsize=8, labelcolor=ink)
    labels = [
        Label(p.name, 1000 * p.latency_s, 100 * p.quality, p in trade_off.front)
        for p in sorted(trade_off.points, key=lambda point: point not in trade_off.front)
    ]
    place_labels(figure, axes, labels, ink)
    return figure


def _draw_levels(axes: Axes, levels: Sequence[Level]) -> None:
    """Draw a line each; the best of a rung is named above its line, the others below."""
    named: set[Rung] = set()
    for level in levels:
        is_first = level.rung not in named
        axes.axhline(
            100 * level.quality,
            color=_COLOURS[level.rung],
            linewidth=1,
            linestyle=(0, (4, 3)),
            label=level.rung if is_first else None,
            zorder=1,
        )
        named.add(level.rung)
        axes.annotate(
            literal(level.name),
            (1, 100 * level.quality),
            xycoords=("axes fraction", "data"),
            xytext=(0, 2 if is_first else -2),
            textcoords="offset points",
            fontsize=7.5,
            color=_COLOURS[level.rung],
            ha="right",
            va="bottom" if is_first else "top",
        )


def _draw_rung(axes: Axes, rung: Rung, points: Sequence[Point]) -> None:
    for index, point in enumerate(points):
        x, y = 1000 * point.latency_s, 100 * point.quality
        if point.low is not None and point.high is not None:
            axes.vlines(x, 100 * point.low, 100 * point.high, color=_COLOURS[rung], linewidth=0.9)
        axes.plot(
            x,
            y,
            marker=_MARKERS[rung],
            color=_COLOURS[rung],
            fillstyle="full" if point.is_complete else "none",
            linestyle="none",
            markersize=6,
            label=rung if index == 0 else None,
            zorder=3,
        )


def _draw_front(axes: Axes, front: Sequence[Point]) -> None:
    """Draw the staircase; beyond the best system more time buys nothing."""
    if not front:
        return
    slowest = axes.get_xlim()[1]
    times = [1000 * point.latency_s for point in front]
    levels = [100 * point.quality for point in front]
    axes.plot(
        [times[0], *(x for time in [*times[1:], slowest] for x in (time, time))][:-1],
        [y for level in levels for y in (level, level)],
        color=FRONT_COLOUR,
        linewidth=1.4,
        label="Pareto front",
        zorder=2,
    )
    axes.set_xlim(right=slowest)


def _dress(axes: Axes, trade_off: TradeOff, ink: str) -> None:
    scale_milliseconds(axes, [1000 * point.latency_s for point in trade_off.points])
    axes.margins(0.15, 0.1)
    left_out = {"without a latency": trade_off.absent, "some clips failed": trade_off.apart}
    notes = [f"\n{why}: {literal(', '.join(names))}" for why, names in left_out.items() if names]
    axes.set_xlabel(f"median {LABEL}{''.join(notes)}", fontsize=9, color=ink)
    ranking = trade_off.ranking
    direction = "" if ranking.is_higher_better else ", less is better"
    axes.set_ylabel(f"{ranking.label} x100{direction}", fontsize=9, color=ink)
    axes.tick_params(colors=ink, labelsize=8, which="both")
    axes.grid(visible=True, color=ink, alpha=0.12, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_facecolor("none")
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(ink)
