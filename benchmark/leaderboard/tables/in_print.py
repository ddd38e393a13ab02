"""Numbers in print beside a table."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.contract import SplitLabel
from benchmark.display.tables import NO_VALUE, Format, entitle, lay_out, paragraph
from benchmark.leaderboard.published import PublishedRow, published_rows
from benchmark.metrics.catalogue import METRICS
from benchmark.systems.lineups import Lineup


def published_of(lineups: Sequence[Lineup], label: SplitLabel) -> list[PublishedRow]:
    return [
        row
        for row in (published_rows(label) if lineups else ())
        if any(lineup.has_published(row.system, row.sources) for lineup in lineups)
    ]


def published_table(label: SplitLabel, rows: Sequence[PublishedRow], form: Format) -> str:
    if not rows:
        return paragraph(f"No numbers in print are recorded for {label}.", form)
    keys = [key for key in METRICS if any(key in row.values for row in rows)]
    header = ["in print", "supervision", *(METRICS[key].label for key in keys), "source"]
    lines = [[row.system, row.supervision, *_printed(row, keys), row.sources[0]] for row in rows]
    title = (
        "Numbers in print, not measured here (other clips, tools and tokenisers may lie behind):"
    )
    return entitle(title, lay_out(lines, header, form), form)


def _printed(row: PublishedRow, keys: Sequence[str]) -> list[str]:
    return [f"{100 * row.values[key]:.1f}" if key in row.values else NO_VALUE for key in keys]
