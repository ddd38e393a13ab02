"""Every broken plugin costs itself, and says how; whoever runs beside it is scored."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from bench_process import bench_environment
from broken_plugins import ASKED, DECLARED, write_asked, write_declared
from small_clips import write_clips

from benchmark.runs.ledger import read_ledger
from benchmark.systems.registry import load_registry

NEIGHBOUR = "constant"


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """One run of all broken systems with a sound one at the end, and what it left."""
    place = tmp_path_factory.mktemp("night")
    site = place / "site"
    site.mkdir()
    write_asked(site)
    clips = write_clips(place / "clips", n_test=3)
    systems = ",".join([*(broken.name for broken in ASKED), NEIGHBOUR])
    done = subprocess.run(
        [sys.executable, "-m", "benchmark.cli", "run", "--systems", systems, "--dataset",
         f"folder:{clips}:test", "--metrics", "bleu_1", "--profile", "0", "--explain",
         "--timeout", "1", "--max-failures", "0", "--isolation", "process", "--out", "run"],
        cwd=place, env=bench_environment(site), capture_output=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr.decode()
    return place / "run", done


def sealed(night):
    return json.loads((night[0] / "manifest.json").read_text())["systems"]


@pytest.mark.parametrize("broken", ASKED, ids=lambda broken: broken.name)
def test_a_broken_system_costs_itself(night, broken):
    system = sealed(night)[broken.name]
    if not broken.outcome:
        assert (system["failure"], system["n_scored"]) == (None, 3)
        return
    entries = read_ledger(night[0] / "ledger.jsonl").entries(broken.name)
    assert broken.outcome in f"{system['failure']} {[entry.error for entry in entries]}"
    assert system["failure"] is not None
    assert len(system["failure"]) < 2_500


def test_who_runs_beside_them_is_scored(night):
    assert sealed(night)[NEIGHBOUR]["failure"] is None
    assert sealed(night)[NEIGHBOUR]["n_scored"] == 3


def test_the_run_says_what_happened_in_text_that_a_terminal_takes(night):
    _, done = night
    said = (done.stdout + done.stderr).decode("utf-8")
    assert not {character for character in said if ord(character) < 32} - {"\n"}
    assert "Traceback" not in said
    assert len(said) < 100_000


def test_the_run_is_scored_again_and_read_by_tables(night):
    run, _ = night
    for command in (["rescore", str(run), "--metrics", "bleu_1"], ["leaderboard", str(run)]):
        done = subprocess.run(
            [sys.executable, "-m", "benchmark.cli", *command],
            cwd=run.parent, env=bench_environment(run), capture_output=True, timeout=120,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr.decode()
        assert NEIGHBOUR in done.stdout.decode()


@pytest.fixture
def registry(tmp_path, monkeypatch):
    site = tmp_path / "site"
    site.mkdir()
    write_declared(site)
    monkeypatch.syspath_prepend(str(site))
    before = set(sys.modules)
    yield load_registry()
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_a_broken_declaration_is_set_aside_with_its_reason_and_takes_nobody_along(registry):
    reasons = {broken.entry_point: broken.reason for broken in registry.broken}
    wrong = {
        broken.name: reasons.get(f"broken-{broken.name}")
        for broken in DECLARED
        if broken.outcome not in (reasons.get(f"broken-{broken.name}") or "")
    }
    assert wrong == {}
    assert {NEIGHBOUR, "human"} <= set(registry.claims)
    assert max(map(len, reasons.values())) < 2_100
