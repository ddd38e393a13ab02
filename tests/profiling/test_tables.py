"""The tables of a profile, held against every cell."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import pytest
from machines import SERVER
from profiles import PROFILE, SCENARIOS, TOY
from read_tables import read_open

from benchmark.display.tables import View
from benchmark.display.widths import width_of
from benchmark.profiling.profile import Failure, Harness, Scenarios
from benchmark.profiling.tables import profile_tables
from benchmark.stats.percentiles import Percentiles


def profile_of(**systems):
    return dataclasses.replace(PROFILE, outcomes=systems)


def tables_of(profile):
    """Read the tables of a profile in Markdown back, by the first word of their titles."""
    tables, title = {}, ""
    for line in profile_tables(profile, "md").splitlines():
        if line.startswith("| "):
            tables[title].append([cell.strip() for cell in line.strip("| ").split(" | ")])
        elif line and not line.startswith(("|", "- ", "  ")):
            title = line.split()[0].strip("*,")
            tables[title] = []
    return tables


def test_a_whole_profile_is_a_table_a_scenario_and_the_machine():
    text = profile_tables(PROFILE)
    assert text.endswith(str(SERVER))
    assert "broken" not in text
    tables = tables_of(PROFILE)
    assert list(tables) == ["Cold", "Single", "Offline", "Server", "Machine"]
    assert tables["Cold"][1] == ["toy", "1.000", "0.500", "0.062", "1.688", "1,000", "1.5", "130"]
    toy, null = tables["Single"][1:]
    assert toy[:2] == ["toy", "40"]
    assert toy[2] == "20.500 [14.000, 27.000]"
    assert toy[-1] == "encode 20 %"
    assert null[:3] == ["(null captioner)", "100", "0.002 [0.002, 0.002]"]
    assert tables["Offline"][1][:5] == ["toy", "1", "40", "48.78", "0.0041"]
    assert tables["Server"][1][1:] == ["50.00", "100.00", "90 %", "1.000"]
    assert "toy: 7 queries at this load bound too little: p50 some 133, p90 some 1,240" in text


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_a_profile_fits_the_terminal_and_keeps_the_reasons(width):
    void = dataclasses.replace(SCENARIOS.server, void="overloaded")
    names = ("a", "猫" * 40, "toy[x=" + "y" * 190 + "]", "b", "c")
    systems = dict.fromkeys(names, TOY)
    systems["void"] = dataclasses.replace(TOY, scenarios=Scenarios(server=void))
    text = profile_tables(profile_of(**systems), view=View(width))
    assert max(map(width_of, text.split("\n"))) <= width
    assert "void: overloaded" in text
    assert "only 6 different" in text
    assert {"system", "p50 ms"} <= set(read_open(text)[1][0])


def test_the_reason_stands_in_the_place_of_times_that_mean_nothing():
    assert tables_of(PROFILE)["Offline"][2][2] == "only 6 different clips are at hand"
    void = dataclasses.replace(SCENARIOS.server, void="overloaded")
    tables = tables_of(profile_of(toy=dataclasses.replace(TOY, scenarios=Scenarios(server=void))))
    assert list(tables) == ["Cold", "Server", "Machine"]
    assert tables["Server"][1:] == [["toy", "50.00", "void: overloaded"]]


def test_of_several_processes_the_slowest_harness_is_shown():
    slow = dataclasses.replace(TOY, harness=Harness(100, Percentiles.of([0.001] * 100)))
    few = dataclasses.replace(TOY, harness=Harness(2, Percentiles.of([0.5] * 2)))
    null = tables_of(profile_of(few=few, slow=slow, toy=TOY))["Single"][-1]
    assert null[2] == "1.000 [1.000, 1.000]"


def test_where_every_system_failed_the_machine_stands_alone():
    assert profile_tables(profile_of(toy=Failure("no weights"))) == str(SERVER)


def test_json_is_the_profile_itself_and_csv_has_the_unrounded_numbers():
    assert json.loads(profile_tables(PROFILE, "json")) == json.loads(json.dumps(PROFILE.to_json()))
    lines = profile_tables(PROFILE, "csv").splitlines()
    assert lines[0].startswith("table,system,import_s,")
    assert [line.split(",")[0] for line in lines[1:]] == [
        *("cold_start", "single_stream", "single_stream", "offline", "offline", "server"),
    ]
    assert not any("calls_s" in line for line in lines)


@pytest.mark.parametrize("form", ["text", "latex", "html"])
def test_every_format_names_the_system_and_the_machine(form):
    text = profile_tables(PROFILE, form)
    assert "toy" in text
    assert SERVER.hash in text


def test_csv_is_one_table_that_names_the_four_and_rounds_nothing():
    rows = list(csv.DictReader(io.StringIO(profile_tables(PROFILE, "csv"))))
    names = list(dict.fromkeys(row["table"] for row in rows))
    assert names == ["cold_start", "single_stream", "offline", "server"]
    start, stream = rows[0], next(row for row in rows if row["table"] == "single_stream")
    assert (start["system"], float(start["total_s"])) == ("toy", TOY.cold_start.total_s)
    assert float(stream["p50_s"]) == SCENARIOS.single_stream.latency.seconds.p50.value
    assert stream["total_s"] == ""
