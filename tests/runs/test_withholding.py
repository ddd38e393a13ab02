"""Scores without captions: what stays, and where such a record is refused."""

from __future__ import annotations

import json

import pytest
from leaderboard_rows import cell
from run_records import contributions, run_of, system

from benchmark import Evidence
from benchmark.errors import RunError
from benchmark.leaderboard.rows import rows_of
from benchmark.leaderboard.tables import render
from benchmark.runs.reading import read_run, write_run
from benchmark.runs.withholding import withhold_captions
from benchmark.systems.explaining import Explained

CAPTIONS = {clip_id: f"nobody else may read {clip_id}" for clip_id in "abcde"}
CELLS = {"cider_d": cell(0.3), "spice": cell(0.2, metric="spice")}


def made(name, **changes):
    values = contributions(cider_d=[0.1, 0.2, 0.3, 0.4, 0.5], spice=[0.2] * 5)
    parts = {"metrics": CELLS, "contributions": values, "captions": CAPTIONS}
    explained = {"a": Explained({"guidance": (Evidence("nobody else may read this either"),)})}
    return system(name, explained=explained, **parts, **changes)


RUN = run_of(made("toy"), made("other"), made("human", kind="ceiling"))


def test_captions_and_what_is_not_asked_for_go_and_tables_stay(tmp_path):
    kept = withhold_captions(RUN, ["cider_d"])
    write_run(kept, tmp_path / "record.json")
    assert "nobody else" not in (tmp_path / "record.json").read_text()
    again = read_run(tmp_path / "record.json")
    assert again.systems["toy"].captions == kept.systems["toy"].explained == {}
    assert again.systems["toy"].contributions.arrays.keys() == {"cider_d"}
    assert again.systems["human"].contributions.arrays == {}
    assert again.systems["human"].contributions.clip_ids == tuple("abcde")
    assert render(rows_of([again]), "md") == render(rows_of([RUN]), "md")


def test_a_record_without_captions_says_so_where_they_are_needed():
    RUN.require_captions()
    with pytest.raises(RunError, match=r"runs/1 holds scores and no captions: .*`bench record`"):
        withhold_captions(RUN, ["cider_d"]).require_captions()


def test_a_run_becomes_a_record_that_a_table_reads_and_a_gate_refuses(
    bench, finished_run, tmp_path
):
    path = tmp_path / "deep" / "record.json"
    done = bench("record", finished_run, "-o", path, "--statistics", "cider_d")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{path}: 2 systems without captions, 0.0 MiB\n"
    assert set(json.loads(path.read_text())["captions"]) == {"constant", "human"}
    tables = [bench("leaderboard", run, "--format", "md").stdout for run in (finished_run, path)]
    assert tables[0] == tables[1]
    for command in (
        ("gate", finished_run, "--baseline", path),
        ("baseline", "accept", path, "--reason", "why", "--out", tmp_path / "baseline.json"),
    ):
        done = bench(*command)
        assert done.returncode == 2
        assert "holds scores and no captions" in done.stderr
