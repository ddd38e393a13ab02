"""The table of how fast systems are."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.display.numbers import show, show_shares
from benchmark.display.tables import NO_VALUE, Format, entitle, lay_out
from benchmark.leaderboard.rows import Row
from benchmark.runs.latency import Latency

HEADER = ("system", "calls", "p50 ms", "p90 ms", "p99 ms", "RTF", "prepare s", "stages of a call")


def latency_table(group: Sequence[Row], form: Format) -> str:
    """Lay out the latency of rows that have one, percentiles with their 95 % bounds."""
    timed = [(row.system, row.latency) for row in group if row.latency]
    header = list(HEADER)
    lines = [[system, *_latency_cells(latency)] for system, latency in timed]
    if len({latency.machine for _, latency in timed}) > 1:
        header.append("machine")
        for line, (_, latency) in zip(lines, timed, strict=True):
            line.append(latency.machine or "unknown")
    told = [at for at in range(len(header)) if any(line[at] != NO_VALUE for line in lines)]
    lines = [[line[at] for at in told] for line in lines]
    header = [header[at] for at in told]
    title = "Latency, one clip a call, caches off, with 95 % bounds"
    if "machine" in header:
        title += "; times of different machines do not compare"
    return entitle(f"{title}:", lay_out(lines, header, form), form)


def _latency_cells(latency: Latency) -> list[str]:
    if latency.void:
        return [latency.void, *[NO_VALUE] * (len(HEADER) - 2)]
    return [
        str(latency.n_calls),
        *map(show, latency.seconds),
        NO_VALUE if latency.rtf is None else f"{latency.rtf:.2g}",
        f"{latency.prepare_s:.2f}",
        show_shares(latency.shares),
    ]
