"""The table of latencies, also of runs of before there were bounds and stages."""

from __future__ import annotations

import dataclasses

from leaderboard_rows import row
from timed_calls import calls

from benchmark.display.tables import render
from benchmark.leaderboard.tables.latency import latency_table
from benchmark.runs.latency import Latency
from benchmark.runs.timed_calls import summarise_latency

OLD = Latency.from_json(
    {"n_calls": 5, "p50_s": 0.5, "p90_s": None, "rtf": 0.1, "prepare_s": 2.0, "void": None}, "old"
)


def row_with(latency, **changes):
    return row(latency=latency, **changes)


def lines_of(*rows):
    text = render([latency_table(rows)], "md")
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return text, [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]


def test_percentiles_are_shown_with_their_bounds_and_stages_with_their_shares():
    shuffled_s = [17 * i % 41 / 1000 for i in range(1, 41)]
    timed = calls(*shuffled_s, stages={"encode": 0.0041, "retrieve": 0.002})
    text, (header, line) = lines_of(row_with(summarise_latency(timed, [])))
    assert "with 95 % bounds of one process" in text
    assert header == ["system", "calls", "p50 ms", "p90 ms", "RTF", "prepare s", "stages of a call"]
    assert line[2] == "20.500 [14.000, 27.000]"
    assert line[-1] == "encode 20 %, retrieve 10 %"


def test_runs_of_before_there_were_bounds_are_shown_as_they_are():
    _, (header, line) = lines_of(row_with(OLD))
    assert header == ["system", "calls", "p50 ms", "RTF", "prepare s"]
    assert line[2] == "500.000"


def test_a_void_profile_shows_why_and_no_times():
    void = dataclasses.replace(OLD, void="3 captions differ from the quality pass")
    _, (_, line, _) = lines_of(row_with(void), row_with(OLD))
    assert line[1] == "3 captions differ from the quality pass"
    assert set(line[2:]) == {"–"}  # noqa: RUF001


def test_times_of_two_machines_say_that_they_do_not_compare():
    here, there = (dataclasses.replace(OLD, machine=machine) for machine in ("aaa", "bbb"))
    text, (header, *lines) = lines_of(row_with(here), row_with(there), row_with(OLD))
    assert "times of different machines do not compare" in text
    assert [line[header.index("machine")] for line in lines] == ["aaa", "bbb", "unknown"]
    assert "machine" not in lines_of(row_with(here), row_with(here))[0]
