"""Many systems held against each other, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from benchmark.display.numbers import show_x100
from benchmark.display.records import Record
from benchmark.display.tables import NO_VALUE, WHOLE, Column, Format, Part, Table, View, render
from benchmark.leaderboard.matrix import Matrix
from benchmark.leaderboard.rows import Row, describe_integrity, shared_label
from benchmark.leaderboard.tiers import Scope
from benchmark.leaderboard.verdicts import Held
from benchmark.runs.looks import describe_looks
from benchmark.stats.deciding import units_needed

_MARKS = {
    "better": ">",
    "worse": "<",
    "not distinguishable": "~",
    "too few clips": "?",
    "same on every clip": "=",
    "not to be compared": "!",
}

_SCOPES: dict[Scope, str] = {
    "captions": "Verdicts are of these captions, one run a row: other seeds may stand otherwise.",
    "systems": "Verdicts are of systems: clips and seeds both count as chance.",
    "both": "Verdicts are of systems where a row has several seeds, else of one run's captions.",
}


class _Line(NamedTuple):
    row: Row
    place: int
    rank: int
    tier: int | None


def render_matrix(
    matrix: Matrix, form: Format, view: View = WHOLE, *, tells_looks: bool = False
) -> str:
    """Lay a matrix out in a format; csv holds a line a pair, csv and json the raw figures.

    Args:
        matrix: of the rows.
        form: of the text. A terminal has a mark a pair and the interval of neighbours, all others
            have the interval of each pair.
        view: of the terminal that text is for; else the table is whole.
        tells_looks: whether to say how often the split was scored on this machine.
    """
    is_brief = form == "text" and view.width is not None
    lines = [
        _Line(row, place, rank or place + 1, tier)
        for place, (row, rank, tier) in enumerate(
            zip(matrix.rows, matrix.standing.ranks(), matrix.tiers, strict=True)
        )
    ]
    table = Table(
        columns=[*_columns(matrix, lines, is_brief=is_brief)],
        rows=lines,
        title=f"{shared_label(matrix.rows)}, {matrix.rows[0].n_scored:,} clips",
        notes=[*_notes(matrix, is_brief=is_brief)],
        name="pairs",
        records=[*_records(matrix)],
    )
    parts: list[Part] = [table]
    if tells_looks:
        parts += describe_looks([matrix.rows[0].references_sha256])
    return render(parts, form, matrix.to_json(), view)


def _columns(matrix: Matrix, lines: list[_Line], *, is_brief: bool) -> Iterator[Column[_Line]]:
    key, label = matrix.standing.ranking.key, matrix.standing.ranking.label
    yield Column("#", lambda line: str(line.rank), stays=True, order=0)
    yield Column("system", lambda line: line.row.name_with_flaws, order=0, flex="cut")
    yield Column(label, lambda line: show_x100(line.row.value(key)), order=0)
    yield Column("tier", lambda line: str(line.tier or NO_VALUE), order=1)
    if is_brief:
        yield Column("less the next", partial(_show_next, matrix), order=2)
    for other in lines:
        header = str(other.place + 1) if is_brief else f"less {other.place + 1}"
        show = _show_mark if is_brief else _show_pair
        yield Column(header, partial(show, matrix, other.place), "left", order=3 + other.place)


def _show_next(matrix: Matrix, line: _Line) -> str:
    return (
        _show_pair(matrix, line.place + 1, line) if line.place + 1 < len(matrix.rows) else NO_VALUE
    )


def _show_mark(matrix: Matrix, other: int, line: _Line) -> str:
    return "" if line.place == other else _MARKS[matrix.hold(line.place, other).verdict]


def _show_pair(matrix: Matrix, other: int, line: _Line) -> str:
    if line.place == other:
        return NO_VALUE
    return show_held(matrix.hold(line.place, other))


def show_held(held: Held) -> str:
    """Spell a difference with its interval, and what it shows: ``+2.3 [+1.1, +3.5] >``."""
    if held.difference is None:
        return _MARKS[held.verdict]
    text = show_x100(held.difference, held.low, held.high, spec="+.1f")
    return f"{text} {_MARKS[held.verdict]}"


def tell_steps(helds: Iterable[Held]) -> Iterator[str]:
    """Say why an interval may hold 0 beside a verdict, where one does."""
    if any(held.differs and held.low and held.high and held.low < 0 < held.high for held in helds):
        yield (
            "Verdicts go step by step, from the plainest on, and see a little more than intervals, "
            "one of which holds 0 beside a difference."
        )


def _notes(matrix: Matrix, *, is_brief: bool) -> Iterator[str]:
    compared, ranking = matrix.compared, matrix.standing.ranking
    n_pairs = len(matrix.rows) * (len(matrix.rows) - 1) // 2
    yield f"Values x100. {ranking.describe(matrix.rows)}"
    found = {held.verdict for _, _, held in matrix.pairs()}
    yield (
        "A row is > better than the one whose number (from the top) stands above the column, < "
        "worse, ~ not distinguishable"
        + ", = the same on every clip" * ("same on every clip" in found)
        + ", ? too few clips" * ("too few clips" in found)
        + ", ! made otherwise, so not to be compared" * ("not to be compared" in found)
        + f": paired tests of {n_pairs:,} pairs as one family, 5 %, {matrix.n_draws:,} rounds of "
        "swaps. "
        + ("less the next: " if is_brief else "")
        + "in brackets simultaneous 95 % intervals of differences: all hold at once."
    )
    yield from tell_steps(held for _, _, held in matrix.pairs())
    if not compared.pairs.can_differ:
        yield (
            f"{compared.pairs.n_units} clips are too few to tell rows apart: a test at 5 % needs "
            f"{units_needed(level=compared.pairs.level)}, and more to tell what is not plain."
        )
    elif (gap := compared.resolved_gap) is not None:
        shown = show_x100(gap)
        yield (
            f"Of what is not distinguishable, a difference of {shown} would have been called with "
            "80 %, in the median of pairs; csv and json have it of each."
        )
    yield _SCOPES[compared.scope]
    yield from describe_integrity(matrix.rows)
    titles: dict[str, list[str]] = {}
    for title, why in matrix.left_out.items():
        titles.setdefault(why, []).append(title)
    yield from (f"Left out, {why}: {', '.join(each)}." for why, each in titles.items())


def _records(matrix: Matrix) -> Iterator[Record]:
    for one, other, held in matrix.pairs():
        yield {
            "metric": matrix.standing.ranking.key,
            "first": one.name,
            "second": other.name,
            **held.figures,
            "seal_of_first": one.integrity.state,
            "seal_of_second": other.integrity.state,
        }
