"""What captions leaned on, a line a piece, under columns that several tables share."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from benchmark.contract import Evidence
from benchmark.display.numbers import show_number
from benchmark.display.records import Record
from benchmark.display.tables import NO_VALUE, Column
from benchmark.systems.explaining import Explained

Row = TypeVar("Row")

_CAPTION_WIDTH = 48


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence, and where it stands.

    Attributes:
        kind: of evidence.
        rank: in its kind, from 1.
        evidence: the piece.
        error: why there is no evidence; the piece is empty then.
    """

    kind: str
    rank: int
    evidence: Evidence
    error: str | None = None

    def to_record(self) -> Record:
        """Spell it for programs."""
        if self.error is not None:
            return {"why_unexplained": self.error}
        piece = self.evidence
        return {
            "kind": self.kind,
            "rank": self.rank,
            "evidence": piece.text,
            "weight": piece.weight,
        }


def list_pieces(explained: Explained | None) -> Iterator[Piece]:
    """List what a caption leaned on, kind by kind; or why nobody knows, as one piece."""
    if explained is None:
        return
    if explained.error is not None:
        yield Piece("", 1, Evidence(""), explained.error)
    for kind, pieces in explained.evidence.items():
        yield from (Piece(kind, rank, piece) for rank, piece in enumerate(pieces, start=1))


def evidence_columns(piece_of: Callable[[Row], Piece | None]) -> list[Column[Row]]:
    """Give the columns of evidence to rows that may have a piece."""

    def show(row: Row, spell: Callable[[Piece], str]) -> str:
        piece = piece_of(row)
        return NO_VALUE if piece is None else spell(piece)

    return [
        Column("leaned on", lambda row: show(row, _show_kind), side="left"),
        Column("weight", lambda row: show(row, _show_weight), side="right"),
        Column("what", lambda row: show(row, _show_text), "left", order=0, flex="wrap"),
    ]


def wrap_caption(text: str) -> str:
    """Break a caption into lines that leave room for columns beside it."""
    return "\n".join(textwrap.wrap(text, _CAPTION_WIDTH)) or "(empty)"


def _show_kind(piece: Piece) -> str:
    return "not known" if piece.error else piece.kind if piece.rank == 1 else ""


def _show_weight(piece: Piece) -> str:
    return show_number(piece.evidence.weight, "#.3g")


def _show_text(piece: Piece) -> str:
    return wrap_caption(piece.error or piece.evidence.text)
