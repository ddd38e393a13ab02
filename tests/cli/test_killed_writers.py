"""Every command that writes is killed before each of its writes, and can be given again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLER = Path(__file__).parents[1] / "helpers" / "killed_writers.py"


def kill_everywhere(place, *words, again=None):
    """Kill a command at each moment; returns what comes of it undisturbed, and each time."""
    place.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, str(KILLER), str(place), json.dumps(again), *map(str, words)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, cwd=place.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["ends"], "nothing was written there"
    return told["whole"], told["ends"], done.stderr


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["report", "{run}", "-o", "out/page", "--data-root", "{run}"], ["page/index.html"]),
        (["record", "{run}", "-o", "out/record.json"], ["record.json"]),
        (["leaderboard", "{run}", "--format", "md", "-o", "out/table.md"], ["table.md"]),
        (["plugins", "new", "quiet", "--to", "out"], None),
    ],
    ids=lambda words: words[0] if words else "",
)
def test_it_comes_to_the_same_as_if_nothing_had_happened(finished_run, tmp_path, words, names):
    filled = [word.format(run=finished_run) for word in words]
    whole, ends, said = kill_everywhere(tmp_path / "out", *filled)
    assert names is None or set(names) <= set(whole)
    for moment, (code, contents) in enumerate(ends):
        assert contents == whole, f"killed at {moment}: {said}"
        assert code == 0 or words[0] == "plugins", f"killed at {moment}: {said}"


def test_a_baseline_is_accepted_and_noted_whenever_it_was_killed(finished_run, tmp_path):
    words = ["baseline", "accept", finished_run, "--reason", "x", "--out", "out/b.json"]
    whole, ends, said = kill_everywhere(tmp_path / "out", *words)
    assert set(whole) == {"b.json", "b.history.jsonl"}
    for moment, (code, contents) in enumerate(ends):
        assert (code, set(contents)) == (0, set(whole)), f"killed at {moment}: {said}"


def test_a_gate_that_was_killed_can_be_held_again(finished_run, tmp_path):
    baseline = tmp_path / "b.json"
    accepted = subprocess.run(
        [sys.executable, "-m", "benchmark.cli", "baseline", "accept", finished_run, "--reason",
         "x", "--out", baseline], capture_output=True, text=True,
    )  # fmt: skip
    assert accepted.returncode == 0, accepted.stderr
    words = ["gate", finished_run, "--baseline", baseline, "--json", "out/g.json"]
    words += ["--junit", "out/g.xml", "--history", "out/h.jsonl"]
    whole, ends, said = kill_everywhere(tmp_path / "out", *words)
    assert set(whole) == {"g.json", "g.xml", "h.jsonl"}
    for moment, (code, contents) in enumerate(ends):
        assert (code, set(contents)) == (0, set(whole)), f"killed at {moment}: {said}"
