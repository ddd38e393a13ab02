"""How latencies are spread: the share of clips that were captioned within a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmark.display.axes import LABEL, scale_milliseconds
from benchmark.display.figures import new_figure
from benchmark.display.labels import literal
from benchmark.errors import RunError
from benchmark.runs.entries import TimedEntry
from benchmark.runs.folder import RunFolder, folders_in
from benchmark.runs.ledger import read_ledger
from benchmark.runs.timed_calls import why_void

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH_INCHES, HEIGHT_INCHES = 7.6, 4.0


def read_latencies(runs: Sequence[Path]) -> dict[str, list[float]]:
    """Read the seconds of every timed call from the ledgers of runs.

    Args:
        runs: folders; one that holds a run for each seed means all of them.

    Returns:
        By system: sorted seconds. A system of several runs is named with its run. Left out are
        systems of which a call failed, or gave another caption than in the run, or had its
        embedding from a file, and, where there is anything else, floors: they take no time.

    Raises:
        RunError: a path is no finished run's folder, or no system has such times.
    """
    latencies: dict[tuple[Path, str], list[float]] = {}
    floors: set[str] = set()
    for run in dict.fromkeys(folder for path in runs for folder in _folders(path)):
        folder = RunFolder.open(run)
        folder.read_manifest()
        floors.update(s.name for s in folder.read_plan().systems if s.kind == "floor")
        for name, seconds in _latencies_of(folder).items():
            latencies[run, name] = seconds
    others = {key: seconds for key, seconds in latencies.items() if key[1] not in floors}
    latencies = others or latencies
    if not latencies:
        raise RunError(
            f"no system of {', '.join(map(str, runs))} has latencies. They come from `bench run` "
            "with --profile; captions from files have none."
        )
    names = [name for _, name in latencies]
    return {
        f"{run}::{name}" if names.count(name) > 1 else name: seconds
        for (run, name), seconds in latencies.items()
    }


def draw_latencies(latencies: Mapping[str, Sequence[float]], title: str) -> Figure:
    """Draw one empirical distribution function a system, time on a logarithmic axis.

    Args:
        latencies: by system, seconds.
        title: above the picture.
    """
    figure = new_figure(WIDTH_INCHES, HEIGHT_INCHES)
    axes = figure.subplots()
    scale_milliseconds(axes, [1000 * s for seconds in latencies.values() for s in seconds])
    by_speed = sorted(latencies.items(), key=lambda item: median(item[1]))
    for index, (name, seconds) in enumerate(by_speed):
        style = ("-", "--", ":")[index // 10 % 3]  # matplotlib has ten colours
        label = literal(f"{name} ({len(seconds)})")
        axes.ecdf([1000 * s for s in seconds], label=label, linewidth=1.5, linestyle=style)
    for share in (0.5, 0.9):
        axes.axhline(share, color="#868e96", linewidth=0.6, linestyle=":", zorder=0)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 0.9, 1], ["0", "25", "50", "75", "90", "100"])
    axes.set_xlabel(LABEL, fontsize=9)
    axes.set_ylabel("% of calls done", fontsize=9)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(literal(title), fontsize=10, loc="left")
    figure.legend(loc="outside right upper", frameon=False, fontsize=8, title="system (calls)")
    return figure


def _folders(path: Path) -> list[Path]:
    if path.is_file():
        raise RunError(
            f"{path} is a run's file, which keeps no single calls. Name the folder of the run."
        )
    return folders_in(path)


def _latencies_of(folder: RunFolder) -> dict[str, list[float]]:
    calls: dict[str, list[TimedEntry]] = {}
    for row in read_ledger(folder.ledger_path).timed.values():
        calls.setdefault(row.system, []).append(row)
    return {
        name: sorted(row.caption_s for row in timed)
        for name, timed in calls.items()
        if why_void(timed) is None
    }
