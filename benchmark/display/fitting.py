"""Chooses what of a table is shown where not all of it fits: columns, or rows and columns turned.

The order of importance is the columns' own. Nothing is left out without a word: what was is named,
and what was shortened stands in full below.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from benchmark.display.strips import Strip, measure
from benchmark.display.widths import fold, shorten_apart, width_of

ON_REQUEST = float("inf")
"""The order of a column that only whole tables have."""

_MOST_TURNED = 4
"""So many rows at most are read as well from left to right."""

_LEAST_NAMES = (16, 12, 8)
"""What is left of a name at least, as room gets scarce."""

_LEAST_TEXT, _LEAST_BESIDE = 24, 36
"""What a text keeps that goes on in its own column, and one that may stand below its row."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What is shown of a table.

    Attributes:
        strips: its columns; turned, its rows.
        below: cells that stand below their rows.
        left_out: headers of the columns that are not shown.
        names: those that were shortened, by what stands for them.
        headers: those whose second line is not shown, in full.
    """

    strips: Sequence[Strip]
    below: Strip | None = None
    left_out: Sequence[str] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    headers: Sequence[str] = ()


def fit(strips: Sequence[Strip], width: int, *, may_turn: bool = True) -> Fitted:
    """Choose the columns that fit.

    All of them, if they do; else turned, where there are few rows and all fit so; else those of
    the lowest order, with names shortened to leave room for values.

    Args:
        strips: all columns, in order.
        width: of the terminal.
        may_turn: whether rows may become columns.
    """
    wanted = [at for at, strip in enumerate(strips) if strip.order < ON_REQUEST]
    shown = [strips[at] for at in wanted]
    moved = [_move_second_line(strip, shown) for strip in shown]
    taken, below = [*range(len(shown))], None
    if not _fits(moved, width):
        turned = _turn(moved) if may_turn else []
        if turned and _fits(turned, width, _LEAST_NAMES[0]):
            squeezed, names = _squeeze(turned, width)
            headers = [
                _on_one_line(old.header)
                for old, new in zip(shown, moved, strict=True)
                if old != new
            ]
            return Fitted(squeezed, None, _headers(strips, wanted), names, headers)
        below = _find_below(moved, width)
        taken = _choose(moved, width, below)
    squeezed, names = _squeeze([moved[at] for at in taken if at != below], width)
    return Fitted(
        squeezed,
        below=None if below is None else moved[below],
        left_out=_headers(strips, [wanted[at] for at in taken]),
        names=names,
        headers=[_on_one_line(shown[at].header) for at in taken if moved[at] is not shown[at]],
    )


def _headers(strips: Sequence[Strip], kept: Collection[int]) -> list[str]:
    """Name the columns that are not shown."""
    return [
        _on_one_line(strip.header)
        for at, strip in enumerate(strips)
        if at not in kept and not strip.is_brief
    ]


def _fits(strips: Sequence[Strip], width: int, least_name: int | None = None) -> bool:
    """Tell whether columns fit; as they are, or with names as short as this."""
    if least_name is None:
        return measure([strip.width for strip in strips]) <= width
    return measure([_least(strip, least_name) for strip in strips]) <= width


def _least(strip: Strip, least_name: int) -> int:
    """Count the columns that a column must have, where names may be as short as this."""
    match strip.flex:
        case "cut":
            return max(width_of(strip.header), min(strip.width, least_name))
        case "head":
            return max(min(width_of(strip.header), least_name), max(map(width_of, strip.cells)))
        case "wrap" | "below":
            least = _LEAST_TEXT if strip.flex == "wrap" else _LEAST_BESIDE
            return max(width_of(strip.header), min(strip.width, least))
        case "none":
            return strip.width


def _move_second_line(strip: Strip, strips: Sequence[Strip]) -> Strip:
    """Leave a header's second line out where it alone makes a column wide: it stands below."""
    first, _, rest = strip.header.partition("\n")
    needed = max(map(width_of, (first, *strip.cells)))
    is_alone = sum(other.header.partition("\n")[0] == first for other in strips) == 1
    if not rest or width_of(rest) <= needed + 2 or not is_alone:
        return strip
    return dataclasses.replace(strip, header=first)


def _turn(strips: Sequence[Strip]) -> list[Strip]:
    """Make rows of columns, the names of rows above; nothing where that would not be read."""
    key = next((strip for strip in strips if strip.flex == "cut"), strips[0])
    others = [strip for strip in strips if strip is not key]
    has_text = any(strip.flex in ("wrap", "below") for strip in others)
    if has_text or not 1 <= len(key.cells) <= min(_MOST_TURNED, len(others)):
        return []
    headers = tuple(_on_one_line(strip.header) for strip in others)
    turned = [Strip(_on_one_line(key.header), headers, "left", 0, "none")]
    for at, name in enumerate(key.cells):
        cells = tuple(_on_one_line(strip.cells[at]) for strip in others)
        tones = tuple(strip.tone_of(at) for strip in others)
        turned.append(Strip(_on_one_line(name), cells, "left", 0, "head", tones))
    return turned


def _find_below(strips: Sequence[Strip], width: int) -> int | None:
    """Find the column that goes below its rows: beside the others it would have too little room."""
    at = next((at for at, strip in enumerate(strips) if strip.flex == "below"), None)
    return None if at is None or _fits(strips, width, _LEAST_NAMES[0]) else at


def _choose(strips: Sequence[Strip], width: int, below: int | None) -> list[int]:
    """Take columns in their order as long as they fit; those of order 0 in any case."""
    taken: list[int] = []
    for at in sorted(range(len(strips)), key=lambda at: strips[at].order):
        tried = [strips[each] for each in (*taken, at) if each != below]
        if strips[at].order == 0 or _fits(tried, width, max(_LEAST_NAMES[0], 3 * width // 10)):
            taken.append(at)
    return sorted(taken)


def _squeeze(strips: Sequence[Strip], width: int) -> tuple[list[Strip], dict[str, str]]:
    """Give columns their widths; returns what was shortened as well, by what stands for it."""
    least_name = next((n for n in _LEAST_NAMES if _fits(strips, width, n)), _LEAST_NAMES[-1])
    widths = [_least(strip, least_name) for strip in strips]
    room = max(0, width - measure(widths))
    by_need = sorted(
        range(len(strips)), key=lambda at: (strips[at].flex != "cut", strips[at].width)
    )
    for n_before, at in enumerate(by_need):  # names first; texts share what is left
        share = room if strips[at].flex == "cut" else room // (len(strips) - n_before)
        grown = min(strips[at].width - widths[at], share)
        widths[at] += grown
        room -= grown
    short = _shorten_names(strips, widths)
    squeezed = [_squeeze_one(*each, short) for each in zip(strips, widths, strict=True)]
    return squeezed, {cut: whole for whole, cut in short.items() if cut != whole}


def _shorten_names(strips: Sequence[Strip], widths: Sequence[int]) -> dict[str, str]:
    """Shorten all names of a table together, so that no two become alike."""
    asked: dict[str, int] = {}
    for strip, width in zip(strips, widths, strict=True):
        names = {"cut": strip.cells, "head": (strip.header,)}.get(strip.flex, ())
        for name in map(_on_one_line, names) if strip.width > width else ():
            asked[name] = min(width, asked.get(name, width))
    return dict(zip(asked, shorten_apart([*asked], [*asked.values()]), strict=True))


def _squeeze_one(strip: Strip, width: int, short: Mapping[str, str]) -> Strip:
    """Make a column as narrow as it is to be."""
    if strip.width <= width:
        return strip
    if strip.flex == "head":
        return dataclasses.replace(strip, header=short[_on_one_line(strip.header)])
    if strip.flex == "cut":
        cells = tuple(short[_on_one_line(cell)] for cell in strip.cells)
    else:
        cells = tuple("\n".join(fold(cell, width)) for cell in strip.cells)
    return dataclasses.replace(strip, cells=cells)


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
