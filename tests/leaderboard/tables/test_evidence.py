"""What captions leaned on, line by line."""

from __future__ import annotations

from benchmark import Evidence
from benchmark.display.tables import Table, render
from benchmark.leaderboard.tables.evidence import evidence_columns, list_pieces, wrap_caption
from benchmark.systems.explaining import Explained

EXPLAINED = Explained(
    {"near": (Evidence("a", 0.5), Evidence("b")), "prompt": (Evidence("c", 1.0),)}
)


def test_pieces_keep_their_kinds_and_order_and_are_counted_in_each():
    pieces = list(list_pieces(EXPLAINED))
    assert [(p.kind, p.rank, p.evidence.text) for p in pieces] == [
        ("near", 1, "a"),
        ("near", 2, "b"),
        ("prompt", 1, "c"),
    ]
    assert pieces[1].to_record() == {"kind": "near", "rank": 2, "evidence": "b", "weight": None}


def test_where_nothing_was_said_there_is_no_line_and_a_failure_is_one():
    assert list(list_pieces(None)) == list(list_pieces(Explained())) == []
    (piece,) = list_pieces(Explained(error="LookupError: why"))
    assert piece.to_record() == {"why_unexplained": "LookupError: why"}


def test_a_kind_is_named_once_and_a_row_without_a_piece_is_empty():
    rows = [*list_pieces(EXPLAINED), None]
    text = render([Table(evidence_columns(lambda row: row), rows)], "md")
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    none = "–"  # noqa: RUF001
    assert cells[2:] == [
        ["near", "0.500", "a"],
        ["", none, "b"],
        ["prompt", "1.00", "c"],
        [none, none, none],
    ]


def test_a_long_caption_is_broken_and_an_empty_one_is_seen():
    broken = wrap_caption("rain " * 20)
    assert max(map(len, broken.splitlines())) <= 48
    assert broken.split() == ["rain"] * 20
    assert wrap_caption(" ") == "(empty)"
