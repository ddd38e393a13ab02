"""The table of what systems are worth, and the notes below it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from benchmark.display.tables import NO_VALUE, Format, lay_out
from benchmark.leaderboard.rows import (
    RANKED_BY,
    Cell,
    Row,
    differing_signatures,
    table_columns,
    way_to_human,
)
from benchmark.leaderboard.tables.absent import name_absent
from benchmark.leaderboard.tiers import is_ranked, resolved_gap, tiers_of
from benchmark.metrics.catalogue import METRICS


def heading(group: Sequence[Row], form: Format) -> str:
    row = group[0]
    text = (
        f"{row.label}, {row.n_scored:,} of {row.n_expected:,} clips "
        f"(clip ids {row.clips_sha256[:12]})"
    )
    return f"### {text}" if form == "md" else text


def quality_table(group: Sequence[Row], form: Format) -> str:
    columns = [column for column in table_columns(group)[0] if METRICS[column.key].in_table]
    line_break = "\n(" if form == "text" else " ("
    header = ["#", "system", *(column.label.replace(" (", line_break) for column in columns)]
    tiers = tiers_of(group)
    if tiers is not None:
        header.append("tier")
    shares = way_to_human(group)
    if shares is not None:
        header.append(f"way to human{line_break}%)")
    tells_training = any(row.trained_on for row in group)
    if tells_training:
        header.append("saw data")
    lines: list[list[str]] = []
    ranks = itertools.count(1)
    for at, row in enumerate(group):
        place = row.rung if row.rung != "system" else NO_VALUE
        name = row.system if row.complete else f"{row.system} (incomplete)"
        cells = [_cell(column.key, column.cell(row), row.spread) for column in columns]
        if tiers is not None:
            cells.append(str(tiers[at] or NO_VALUE))
        if shares is not None:
            share = shares[at]
            cells.append(NO_VALUE if share is None else f"{100 * share:.0f}")
        if tells_training:
            cells.append(row.saw_data)
        lines.append([str(next(ranks)) if is_ranked(row) else place, name, *cells])
    return lay_out(lines, header, form)


def _cell(key: str, cell: Cell | None, spread: Mapping[str, float]) -> str:
    if cell is None or cell.value is None:
        return NO_VALUE
    if not METRICS[key].in_percent:
        return f"{cell.value:,.0f}"
    text = f"{100 * cell.value:.1f}"
    if key == RANKED_BY and cell.low is not None and cell.high is not None:
        text += f" [{100 * cell.low:.1f}, {100 * cell.high:.1f}]"
        text += f" ±{100 * spread[key]:.1f}" if key in spread else ""
    return text


def notes(group: Sequence[Row]) -> list[str]:
    lines = [
        "Values x100; in brackets the 95 % bootstrap interval. Ranked by CIDEr-D.",
        *_notes_on_noise(group),
        *name_absent("Unavailable", table_columns(group)[1]),
    ]
    lines += [
        f"{label}: the rows were not all computed the same way; compare their signatures (json)"
        for label in differing_signatures(group)
    ]
    for row in group:
        if row.failure:
            lines.append(f"{row.system} stopped {row.failure}")
        if row.n_failed:
            lines.append(f"{row.system}: {row.n_failed} clips failed and are not scored")
        if row.n_empty:
            lines.append(f"{row.system}: {row.n_empty} captions are empty and scored as they stand")
    return lines


def _notes_on_noise(group: Sequence[Row]) -> list[str]:
    lines = []
    if (gap := resolved_gap(group)) is not None:
        lines = [
            "Rows of one tier cannot be told from its best row (paired test of CIDEr-D, Holm, "
            "5 %).",
            f"These clips resolve CIDEr-D gaps of {100 * gap:.1f} between ranked rows (power "
            "80 %).",
        ]
    for seeds in dict.fromkeys(row.seeds for row in group if row.seeds):
        lines.append(
            f"Means over the seeds {', '.join(map(str, seeds))}; ± is the standard deviation "
            "over seeds. Latency is that of the first."
        )
    return lines
