"""The table of how fast systems are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmark.display.numbers import show_percentile, show_stages
from benchmark.display.tables import NO_VALUE, Format, entitle, lay_out
from benchmark.leaderboard.rows import Row

HEADER = ("system", "calls", "p50 ms", "p90 ms", "p99 ms", "RTF", "prepare s", "stages of a call")


def latency_table(group: Sequence[Row], form: Format) -> str:
    """Lay out the latency of rows that have one, percentiles with their 95 % bounds."""
    timed = [(row.system, row.latency) for row in group if row.latency]
    header = list(HEADER)
    lines = [[system, *_latency_cells(latency)] for system, latency in timed]
    if len({latency.get("machine") for _, latency in timed}) > 1:
        header.append("machine")
        for line, (_, latency) in zip(lines, timed, strict=True):
            line.append(latency.get("machine") or "unknown")
    told = [at for at in range(len(header)) if any(line[at] != NO_VALUE for line in lines)]
    lines = [[line[at] for at in told] for line in lines]
    header = [header[at] for at in told]
    title = "Latency, one clip a call, caches off, with 95 % bounds"
    if "machine" in header:
        title += "; times of different machines do not compare"
    return entitle(f"{title}:", lay_out(lines, header, form), form)


def _latency_cells(latency: Mapping[str, Any]) -> list[str]:
    if latency["void"]:
        return [latency["void"], *[NO_VALUE] * (len(HEADER) - 2)]
    rtf = latency["rtf"]
    return [
        str(latency["n_calls"]),
        *(show_percentile(latency, name) for name in ("p50", "p90", "p99")),
        NO_VALUE if rtf is None else f"{rtf:.2g}",
        f"{latency['prepare_s']:.2f}",
        show_stages(latency.get("stages", {})),
    ]
