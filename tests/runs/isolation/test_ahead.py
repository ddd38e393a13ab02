"""What is imported and built for several systems, before one after the other captions alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from bench_process import bench_environment
from plugin_distributions import write_distribution
from small_clips import write_clips

from benchmark.machine.facts import usable_cores
from benchmark.runs.isolation.ahead import limit_threads

PLUGIN = """
import os, sys, time
from pathlib import Path

from benchmark import SystemSpec, hookimpl

BENCH_API = 2
NOTES = Path("notes")

def note(name, text):
    with NOTES.open("a") as file:
        file.write(f"{name} {text}\\n")

class Says:
    facts = {}
    def caption(self, clips):
        is_quiet = not list(Path().glob("*.builds"))
        return [f"quiet {is_quiet}, jax {'jax' in sys.modules}" for _ in clips]

def preparing(name, other):
    def prepare(resources, options):
        note(name, "prepares")
        print(name, "speaks", file=sys.stderr)
        if name == "falls":
            os.abort()
        if name == "refuses":
            raise ValueError("not today")
        def build(folder):
            mine, theirs = Path(f"{name}.builds"), Path(f"{other}.builds")
            mine.touch()
            until = time.monotonic() + 10
            while not theirs.exists() and time.monotonic() < until:
                time.sleep(0.01)
            note(name, f"builds beside {other}: {theirs.exists()}")
            time.sleep(0.1)  # so that the other one sees it, too
            mine.unlink()
        if other:
            resources.artifacts.get_or_build(name, {"of": name}, build)
        if name != "light":
            import jax
        return Says()
    return prepare

@hookimpl
def bench_systems():
    for name, other, rank in (
        ("refuses", "", 1), ("one", "two", 9), ("light", "", 0), ("two", "one", 8), ("falls", "", 1)
    ):
        heavy = () if name == "light" else ("jax",)
        yield SystemSpec(name, "x", preparing(name, other), imports=heavy, builds_ahead=rank)
"""
HEAVY = 'open("imported", "a").write("jax\\n")'
SYSTEMS = "refuses,one,light,two,falls"


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ahead")
    (folder / "site").mkdir()
    (folder / "site" / "jax.py").write_text(HEAVY)
    write_distribution(folder / "site", "bench-builders", PLUGIN)
    clips = write_clips(folder / "clips", n_test=2)
    settings = bench_environment(folder / "site", BENCH_CACHE=folder / "cache")
    command = ["run", "--systems", SYSTEMS, "--dataset", f"folder:{clips}:test",
               "--metrics", "bleu_1", "--profile", "2", "--out", "run"]  # fmt: skip
    ended = subprocess.run(
        [sys.executable, "-m", "benchmark.cli", *command],
        cwd=folder, env=settings, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    lines = list(map(json.loads, (folder / "run" / "ledger.jsonl").read_text().splitlines()))
    return folder, ended, lines


needs_cores = pytest.mark.skipif(usable_cores() < 2, reason="one core builds nothing ahead")


@needs_cores
def test_what_systems_build_is_built_once_and_side_by_side(done):
    notes = (done[0] / "notes").read_text().splitlines()
    assert sorted(note for note in notes if "builds" in note) == [
        "one builds beside two: True",
        "two builds beside one: True",
    ]
    assert notes.count("one prepares") == notes.count("two prepares") == 2


@needs_cores
def test_what_is_imported_ahead_is_imported_once(done):
    assert (done[0] / "imported").read_text() == "jax\n"


def test_nothing_is_built_while_a_system_captions_and_it_has_what_it_names(done):
    captions = {line["system"]: line["caption"] for line in done[2] if line["row"] == "clip"}
    assert captions == {
        "light": "quiet True, jax False",
        "one": "quiet True, jax True",
        "two": "quiet True, jax True",
    }


@needs_cores
def test_seconds_of_before_count_as_getting_ready(done):
    took_s = {line["system"]: line["prepare_s"] for line in done[2] if line["row"] == "prepare"}
    assert took_s["one"] > 0.1  # which it slept while it built
    assert took_s["light"] < took_s["one"]


def test_what_fails_ahead_is_told_once_and_costs_its_own_row_alone(done):
    manifest = json.loads((done[0] / "run" / "manifest.json").read_text())
    assert manifest["failures"] == {
        "refuses": "while preparing: ValueError: not today",
        "falls": "while preparing: crashed: its process was killed by SIGABRT",
    }
    assert done[1].returncode == 1
    assert done[1].stderr.count("one speaks") == 1


def test_fewer_threads_than_the_share_stay_fewer(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("MKL_NUM_THREADS", "8")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "8")
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    limit_threads(2)
    assert (os.environ["OMP_NUM_THREADS"], os.environ["MKL_NUM_THREADS"]) == ("1", "2")
