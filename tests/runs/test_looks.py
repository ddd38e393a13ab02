"""Scoring counts sets of captions, and tables say when they were many."""

from __future__ import annotations

import hashlib

import pytest
from leaderboard_rows import cell
from run_records import run_of, system
from scored_files import invoke

from benchmark.leaderboard.rows import rows_of
from benchmark.leaderboard.tables import render
from benchmark.machine.looks import TELLING, count_looks, note_looks
from benchmark.runs.looks import describe_looks, note_scored
from benchmark.runs.reading import read_run

ONE, TWO = dict.fromkeys("abcde", "rain"), {**dict.fromkeys("abcde", "rain"), "a": "wind"}


@pytest.fixture(autouse=True)
def counting(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("BENCH_LOOKS", raising=False)


def look(references, n):
    note_looks(references, [hashlib.sha256(b"%d" % number).hexdigest() for number in range(n)])


def test_the_same_captions_count_once_whatever_they_are_called():
    first = run_of(system("one", captions=ONE), system("again", captions=ONE))
    second = run_of(system("two", captions=TWO), system("floor", captions={"a": "a"}, kind="floor"))
    split = first.plan.references_sha256
    note_scored(first)
    assert count_looks(split) == 1
    note_scored(second)
    note_scored(second)
    assert count_looks(split) == 2


def test_scoring_again_looks_at_nothing_new(finished_run, monkeypatch):
    assert invoke("rescore", finished_run).exit_code == 0
    split = read_run(finished_run).plan.references_sha256
    assert count_looks(split) == 0  # a floor and the ceiling


def test_from_twenty_sets_on_tables_say_so_and_what_is_kept_does_not(finished_run, tmp_path):
    split = read_run(finished_run).plan.references_sha256
    look(split, TELLING - 1)
    assert "on this machine" not in invoke("leaderboard", finished_run).output
    look(split, TELLING)
    told = f"{TELLING} sets of captions were scored on this split on this machine"
    assert told in invoke("leaderboard", finished_run).output
    kept = tmp_path / "kept.md"
    assert invoke("leaderboard", finished_run, "--format", "md", "--out", kept).exit_code == 0
    assert "on this machine" not in kept.read_text()


def test_programs_read_no_sentence():
    run = run_of(system("one", metrics={"cider_d": cell(0.5)}))
    look(run.plan.references_sha256, TELLING)
    assert len(describe_looks([run.plan.references_sha256])) == 1
    for form in ("json", "csv"):
        assert "machine" not in render(rows_of([run]), form, tells_looks=True)
