"""``bench leaderboard``: tables of runs, written to a file and checked against it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmark.runs.reading import read_run

BASELINES = Path(__file__).parents[3] / "leaderboards" / "baselines"
REAL = {
    "clotho-evaluation.md": ("clotho-evaluation.json", "clotho-evaluation-human.json"),
    "audiocaps-test.md": ("audiocaps-test-human.json",),
}
"""Tables of real systems, and the records that they are made from."""


def test_a_written_table_is_up_to_date_until_it_is_changed(bench, finished_run, tmp_path):
    path = tmp_path / "table.md"
    arguments = ("leaderboard", finished_run, "--format", "md", "-o", path)
    assert bench(*arguments).returncode == 0
    assert path.read_text() == bench("leaderboard", finished_run, "--format", "md").stdout
    done = bench(*arguments, "--check")
    assert (done.returncode, done.stdout) == (0, f"{path} is up to date.\n")
    path.write_text(path.read_text().replace("constant", "inconstant"))
    done = bench(*arguments, "--check")
    assert done.returncode == 1
    assert "-| floor   | inconstant" in done.stderr
    assert "out of date" in done.stderr
    assert "inconstant" in path.read_text()


def test_a_file_of_something_else_is_out_of_date(bench, finished_run, tmp_path):
    (tmp_path / "table.md").write_bytes(b"\xff\xfe")
    done = bench("leaderboard", finished_run, "--check", "-o", tmp_path / "table.md")
    assert done.returncode == 1
    assert "out of date" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_folders_of_a_written_table_are_made(bench, finished_run, tmp_path):
    path = tmp_path / "deep" / "er" / "table.md"
    done = bench("leaderboard", finished_run, "--format", "md", "-o", path)
    assert done.returncode == 0, done.stderr
    assert path.read_text().startswith("### ")


def test_a_table_that_was_never_written_is_out_of_date(bench, finished_run, tmp_path):
    done = bench("leaderboard", finished_run, "--check", "-o", tmp_path / "none.md")
    assert done.returncode == 1
    assert not (tmp_path / "none.md").exists()


def test_a_check_needs_a_file(bench, finished_run):
    done = bench("leaderboard", finished_run, "--check")
    assert done.returncode == 2
    assert "name it with --out" in done.stderr


def test_the_committed_table_is_that_of_the_committed_baseline(bench):
    arguments = ("leaderboard", BASELINES / "soundscapes-test.json", "--format", "md")
    done = bench(*arguments, "-o", BASELINES.parent / "soundscapes.md", "--check")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("page", "records"), REAL.items())
def test_the_committed_tables_of_real_systems_are_those_of_the_committed_records(
    page, records, bench
):
    paths = [BASELINES.parent / "records" / name for name in records]
    arguments = ("--beside", "--format", "md", "-o", BASELINES.parent / page, "--check")
    done = bench("leaderboard", *paths, *arguments)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", [name for records in REAL.values() for name in records])
def test_committed_records_of_real_systems_hold_no_captions_and_no_place_of_a_machine(name):
    path = BASELINES.parent / "records" / name
    systems = read_run(path).systems.values()
    assert systems
    assert all(system.scores.n_scored and not system.captions for system in systems)
    assert not re.search(r'"/|/root|/home|/work|/tmp', path.read_text(encoding="utf-8"))


def test_the_committed_baseline_passes_its_own_gate(bench):
    baseline = BASELINES / "soundscapes-test.json"
    done = bench("gate", baseline, "--baseline", baseline)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_table_is_ranked_by_the_metric_that_is_named(bench, finished_run):
    done = bench("leaderboard", finished_run, "--rank-by", "rouge_l")
    assert done.returncode == 0, done.stderr
    assert "Ranked by ROUGE-L.\n" in done.stdout


def test_a_metric_to_rank_by_must_have_a_better_end(bench, finished_run):
    done = bench("leaderboard", finished_run, "--rank-by", "vocab.cands")
    assert done.returncode == 2
    assert done.stderr.startswith("bench: error: vocab.cands describes captions")
