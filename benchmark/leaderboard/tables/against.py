"""The rows of a table held against one of them, as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from benchmark.display.numbers import show_p_value, show_x100
from benchmark.display.tables import NO_VALUE, Column, Table
from benchmark.display.view import Tone
from benchmark.leaderboard.against import Against
from benchmark.leaderboard.rows import Row
from benchmark.leaderboard.tables.matrix import tell_steps
from benchmark.leaderboard.verdicts import Held

_TONES: dict[str, Tone] = {"better": "good", "worse": "bad"}


class _Line(NamedTuple):
    row: Row
    held: Held


def against_table(against: Against) -> Table[_Line]:
    """Lay out each row's difference from the base, with its simultaneous interval."""
    key, ranking = against.standing.ranking.key, against.standing.ranking
    rows = against.standing.rows
    lines = [_Line(rows[place], held) for place, held in sorted(against.held.items())]
    columns: list[Column[_Line]] = [
        Column("system", lambda line: line.row.name_with_flaws, order=0, flex="cut"),
        Column(ranking.label, lambda line: show_x100(line.row.value(key)), order=1),
        Column(f"less {against.base.name}", _show_difference, order=0),
        Column("verdict", lambda line: line.held.verdict, order=0, tone=_tone),
        Column("would be\ncalled", _show_detectable, order=2),
        Column("p\nadjusted", _show_p, order=3),
    ]
    return Table(
        columns,
        lines,
        f"Held against {against.base.name_with_flaws}, {ranking.label} "
        f"{show_x100(against.base.value(key))}:",
        notes=[*_notes(against)],
        name="against",
    )


def _show_difference(line: _Line) -> str:
    held = line.held
    return show_x100(held.difference, held.low, held.high, spec="+.2f")


def _show_detectable(line: _Line) -> str:
    is_open = line.held.verdict == "not distinguishable"
    return show_x100(line.held.detectable if is_open else None, spec=".2f")


def _show_p(line: _Line) -> str:
    return NO_VALUE if line.held.p is None else show_p_value(line.held.p)


def _tone(line: _Line) -> Tone:
    return _TONES.get(line.held.verdict, "faint")


def _notes(against: Against) -> Iterator[str]:
    n_tested = sum(held.p is not None for held in against.held.values())
    yield (
        f"Paired tests of {n_tested} rows against one, as one family, 5 %; in brackets "
        "simultaneous 95 % intervals: all hold at once. would be called: the smallest true "
        "difference that would have been called with a power of 80 %."
    )
    yield from tell_steps(against.held.values())
    if any(held.verdict == "not to be compared" for held in against.held.values()):
        yield "not to be compared: made otherwise; see the signatures (json)."
    lacking = [
        row.name
        for place, row in enumerate(against.standing.rows)
        if place not in against.held and row is not against.base
    ]
    if lacking:
        yield f"Not held, for want of a value or of its statistics: {', '.join(lacking)}."
