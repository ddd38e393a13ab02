"""The columns of a text table with their cells spelt: measured, set side by side, painted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from benchmark.display.view import USUAL_WIDTH, Tone, View
from benchmark.display.widths import fold, pad, width_of

Side = Literal["left", "right"]

Flex = Literal["none", "cut", "head", "wrap", "below"]
"""How a column may be narrower than its cells: not at all; with the middle taken out of them, or
of its header alone; with words that go on in the next line, or in lines below the row.
"""

_GAP = "  "
_BELOW_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Strip:
    """A column, its cells spelt.

    Attributes:
        header: of several lines where it has line breaks, as cells.
        cells: from top to bottom.
        side: where cells stand.
        order: how soon it is chosen where not all fit; 0 always.
        flex: whether it may be narrower than its cells, and how.
        tones: of the cells; none where all are plain.
        is_brief: whether whole tables say it elsewhere.
    """

    header: str
    cells: tuple[str, ...]
    side: Side
    order: float
    flex: Flex
    tones: tuple[Tone, ...] = ()
    is_brief: bool = False

    def tone_of(self, at: int) -> Tone:
        """Look up the tone of a cell."""
        return self.tones[at] if self.tones else "plain"

    @property
    def width(self) -> int:
        """The columns that it takes as it is."""
        return max(map(width_of, (self.header, *self.cells)))


def measure(widths: Sequence[int]) -> int:
    """Count the columns that a table takes whose own have these widths."""
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def set_open(
    strips: Sequence[Strip], view: View, below: Strip | None = None, topics: Sequence[str] = ()
) -> str:
    """Set columns side by side under a rule, which takes less room than a frame.

    Args:
        strips: in order.
        view: of the terminal.
        below: cells that stand below the rows that they are of.
        topics: what each row is about, or none; a line names it where it changes.
    """
    widths = [strip.width for strip in strips]
    lines = [_GAP.join(line).rstrip() for line in _set_header(strips, widths, view)]
    lines.append(view.paint(_GAP.join("─" * width for width in widths), "faint"))
    for at in range(_count_rows(strips)):
        if topics and (at == 0 or topics[at] != topics[at - 1]):
            lines += _name_topic(topics[at], view, is_first=at == 0)
        lines += [_GAP.join(line).rstrip() for line in _set_row(strips, widths, at, view)]
        if below is not None:
            room = (view.width or USUAL_WIDTH) - len(_BELOW_INDENT)
            lines += [_BELOW_INDENT + text for text in fold(below.cells[at], room) if text]
    return "\n".join(lines)


def _name_topic(topic: str, view: View, *, is_first: bool) -> list[str]:
    """Head the rows of a topic; the first may have no name, as the rows that are about all."""
    if is_first and not topic:
        return []
    named = fold(topic, view.width or USUAL_WIDTH, _GAP)
    return ["", *(view.paint(line, "strong") for line in named)]


def set_framed(strips: Sequence[Strip], view: View) -> str:
    """Set columns in a frame."""
    widths = [strip.width for strip in strips]
    bars = ["─" * (width + 2) for width in widths]

    def rule(left: str, middle: str, right: str) -> str:
        return view.paint(left + middle.join(bars) + right, "faint")

    bar = view.paint("│", "faint")

    def frame(lines: Iterator[list[str]]) -> list[str]:
        return [f"{bar} {f' {bar} '.join(line)} {bar}" for line in lines]

    lines = [rule("╭", "┬", "╮"), *frame(_set_header(strips, widths, view)), rule("├", "┼", "┤")]
    for at in range(_count_rows(strips)):
        lines += frame(_set_row(strips, widths, at, view))
    return "\n".join([*lines, rule("╰", "┴", "╯")])


def _count_rows(strips: Sequence[Strip]) -> int:
    return max((len(strip.cells) for strip in strips), default=0)


def _set_header(strips: Sequence[Strip], widths: Sequence[int], view: View) -> Iterator[list[str]]:
    pieces: list[tuple[str, Side, Tone]] = [(each.header, each.side, "strong") for each in strips]
    yield from _set_line(pieces, widths, view)


def _set_row(
    strips: Sequence[Strip], widths: Sequence[int], at: int, view: View
) -> Iterator[list[str]]:
    pieces = [(strip.cells[at], strip.side, strip.tone_of(at)) for strip in strips]
    yield from _set_line(pieces, widths, view)


def _set_line(
    pieces: Sequence[tuple[str, Side, Tone]], widths: Sequence[int], view: View
) -> Iterator[list[str]]:
    """Yield the terminal's lines of one row: the cells of each, padded."""
    split = [text.split("\n") for text, _, _ in pieces]
    for texts in zip_longest(*split, fillvalue=""):
        yield [
            _paint(pad(text, width, side), tone, view)
            for text, width, (_, side, tone) in zip(texts, widths, pieces, strict=True)
        ]


def _paint(padded: str, tone: Tone, view: View) -> str:
    text = padded.strip(" ")
    before, _, after = padded.partition(text) if text else (padded, "", "")
    return before + view.paint(text, tone) + after
