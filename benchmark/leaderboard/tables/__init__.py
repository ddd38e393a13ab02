"""Leaderboard rows as text: terminal, markdown, csv, json, LaTeX, HTML."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.contract import Lineup
from benchmark.display.records import to_csv, to_json
from benchmark.display.tables import FORMATS, WHOLE, Format, Part, View
from benchmark.display.tables import render as render_parts
from benchmark.leaderboard.against import has_row, hold_against, require_row
from benchmark.leaderboard.likeness import tell_apart
from benchmark.leaderboard.published import published_rows
from benchmark.leaderboard.ranking import Standing, group_rows
from benchmark.leaderboard.rows import Row, shared_label
from benchmark.leaderboard.seeds import join_seeds
from benchmark.leaderboard.tables.against import against_table
from benchmark.leaderboard.tables.beside import table_beside_print
from benchmark.leaderboard.tables.in_print import find_best, published_of, published_table
from benchmark.leaderboard.tables.latency import latency_table
from benchmark.leaderboard.tables.notes import name_absent_metrics
from benchmark.leaderboard.tables.quality import quality_table
from benchmark.leaderboard.tables.records import flatten_rows, place_rows
from benchmark.runs.looks import describe_looks

__all__ = ["FORMATS", "Format", "render"]


def render(
    rows: Sequence[Row],
    form: Format,
    *,
    rank_by: str | None = None,
    published: bool = False,
    beside: bool = False,
    lineups: Sequence[Lineup] = (),
    view: View = WHOLE,
    tells_looks: bool = False,
    against: str | None = None,
) -> str:
    """Lay rows out in a format; all but json and csv hold a table per set of scored clips.

    Args:
        rows: of any runs.
        form: json and csv hold what was measured, and nothing in print.
        rank_by: key of the metric to rank by; see ``Ranking`` for what None is.
        published: whether all numbers in print of a split follow its table.
        beside: whether numbers in print stand below the rows of the systems that they are of.
        lineups: else those of their papers, on splits that have any.
        view: of the terminal that text is for; else tables are whole.
        tells_looks: whether to say how often a split was scored on this machine, which what is
            kept must not: it would be another text on another machine.
        against: name of a row that the others of its table are held against.

    Raises:
        UnknownNameError: no table has the row to hold the others against.
        UsageError: rows of one table have the metric to rank by from several models.
    """
    standings = group_rows(join_seeds(rows), rank_by)
    if against is not None:
        require_row(standings, against)
    if form in ("json", "csv"):
        placed = place_rows(rows, standings, against)
        return to_json(placed) if form == "json" else to_csv(flatten_rows(rows, placed))
    parts: list[Part] = []
    absent = [name_absent_metrics(standing) for standing in standings]
    is_shared = len(standings) > 1 and all(notes == absent[0] for notes in absent)
    for ranked, ranking in standings:
        standing = Standing(tell_apart(ranked), ranking)
        label = shared_label(standing.rows)
        printed = published_rows(label) if published else published_of(lineups, label)
        best = find_best(printed, standing.rows)
        lay_out = table_beside_print if beside else quality_table
        parts.append(lay_out(standing, best, tells_absent=not is_shared))
        if against is not None:
            parts.append(_hold(standing, against))
        if any(row.latency for row in standing.rows):
            parts.append(latency_table(standing.rows))
        if published or printed:
            parts.append(published_table(label, printed, best))
    if is_shared:
        parts += absent[0]
    if tells_looks:
        parts += describe_looks(row.references_sha256 for row in rows)
    return render_parts(parts, form, view=view)


def _hold(standing: Standing, name: str) -> Part:
    if not has_row(standing, name):
        return f"Not held against {name}, which is no row over these clips."
    return against_table(hold_against(standing, name))
