"""Numbers in print below a table, and its rows held against them."""

from __future__ import annotations

import itertools
import re

from leaderboard_rows import cell, row

from benchmark.leaderboard.tables import render
from benchmark.systems.lineups import LINEUPS


def column_of(text, table_header, header):
    """Read one column of a markdown table: its rows by what stands under another header."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in re.split(r"(?<!\\\\)\|", line)[1:-1]] for line in lines]
    start = next(at for at, cells in enumerate(rows) if table_header in cells)
    name, value = rows[start].index(table_header), rows[start].index(header)
    body = itertools.takewhile(lambda cells: len(cells) == len(rows[start]), rows[start + 2 :])
    return {cells[name]: cells[value] for cells in body}


def test_rows_are_held_against_the_best_supervised_row_where_print_is_shown():
    rows = [row("a", 0.4, dataset="audiocaps:test"), row("b", 0.6, dataset="audiocaps:test")]
    shown = render(rows, "md", lineups=[LINEUPS["wsac2023"]])
    assert "CIDEr-D as a share of the 78.7 in print of WavCaps HTSAT-BART" in shown
    header = "of best supervised (%)"
    assert column_of(shown, "system", header) == {"a": "51", "b": "76"}
    in_print = column_of(shown, "in print", header)
    assert (in_print["WavCaps HTSAT-BART"], in_print["WavCaps CNN14-BART"]) == ("100", "96")
    assert "Koizumi" not in shown
    beside = render(rows, "md", beside=True, lineups=[LINEUPS["wsac2023"]])
    assert column_of(beside, "system", header) == {"a": "51", "b": "76"}
    assert header not in render(rows, "md")


def test_by_spider_where_both_have_it():
    metrics = {"cider_d": cell(0.4), "spider": cell(0.4, metric="spider")}
    one = row("a", metrics=metrics, dataset="audiocaps:test")
    shown = render([one], "md", lineups=[LINEUPS["wsac2023"]])
    assert "SPIDEr as a share of the 48.5 in print of WavCaps HTSAT-BART" in shown
    assert column_of(shown, "system", "of best supervised (%)") == {"a": "82"}
    assert column_of(shown, "in print", "of best supervised (%)")["WSAC+PD"] == "83"


def test_numbers_for_an_earlier_version_say_so_below():
    shown = render([row("a")], "md", lineups=[LINEUPS["wsac2023"]])
    assert "Koh et al. 2022 (Clotho v1)" in shown
    assert shown.count("Clotho v1: in print for that version") == 1
