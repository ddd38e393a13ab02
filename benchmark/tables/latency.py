"""The table of how fast systems are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmark.leaderboard import Row
from benchmark.tables.layout import NO_VALUE, Format, lay_out


def latency_table(group: Sequence[Row], form: Format) -> str:
    header = ["system", "calls", "p50 ms", "p90 ms", "RTF", "prepare s"]
    lines = [[row.system, *_latency_cells(row.latency)] for row in group if row.latency]
    told = [at for at in range(len(header)) if any(line[at] != NO_VALUE for line in lines)]
    lines = [[line[at] for at in told] for line in lines]
    header = [header[at] for at in told]
    return "Latency, one clip a call, caches off:\n\n" + lay_out(lines, header, form)


def _latency_cells(latency: Mapping[str, Any]) -> list[str]:
    def show(key: str, factor: float, digits: str) -> str:
        value = latency[key]
        return NO_VALUE if value is None or latency["void"] else format(value * factor, digits)

    return [
        latency["void"] or str(latency["n_calls"]),
        show("p50_s", 1000, ".3f"),
        show("p90_s", 1000, ".3f"),
        show("rtf", 1, ".2g"),
        show("prepare_s", 1, ".2f"),
    ]
