"""The ledger is opened once a command: counted by the interpreter's own hook on opened files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmark.gate.acceptance import accept_run

COUNTING = """
import os, sys

def count(event, arguments):
    if event == "open" and os.fspath(arguments[0]).endswith("ledger.jsonl"):
        opened = os.open(os.environ["OPENED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(opened, os.path.realpath(arguments[0]).encode() + b"\\n")
        os.close(opened)

def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, os.PathLike)):
        count(event, arguments)

sys.addaudithook(watch)
from benchmark.cli.main import main
main(sys.argv[1:])
"""


@pytest.fixture
def count_opened(run_once, tmp_path):
    """Run ``bench`` and count how often it opened each ledger, by the name of its run."""
    shutil.copytree(run_once, tmp_path / "run")
    shutil.copytree(run_once, tmp_path / "other")

    def count(*arguments):
        log = tmp_path / "opened"
        log.write_text("")
        done = subprocess.run(
            [sys.executable, "-c", COUNTING, *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "OPENED": str(log)},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return Counter(Path(line).parent.name for line in log.read_text().splitlines())

    return count


def test_a_run_opens_its_ledger_once(count_opened, run_once):
    clips = run_once.parent / "clips"
    opened = count_opened(
        "run", "--systems", "constant,human,random-train", "--dataset", f"folder:{clips}:test",
        "--train", f"folder:{clips}:train", "--metrics", "rouge_l", "--profile", "6",
        "--text-only", "--out", "new",
    )  # fmt: skip
    assert opened == {"new": 1}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["run", "--resume", "run"], {"run": 1}),
        (["rescore", "run", "--metrics", "rouge_l"], {"run": 1}),
        (["leaderboard", "run", "other"], {"run": 1, "other": 1}),
        (["compare", "run::constant", "run::human", "--draws", "100"], {"run": 1}),
        (["compare", "run::constant", "other::human", "--draws", "100"], {"run": 1, "other": 1}),
        (["power", "run::constant", "--against", "run::human", "--trials", "50"], {"run": 1}),
        (["report", "run", "--no-sounds", "-o", "page"], {"run": 1}),
        (["baseline", "accept", "run", "--reason", "x", "--out", "b.json"], {"run": 1}),
        (["migrate", "run"], {"run": 1}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_command_opens_each_ledger_once(count_opened, arguments, expected):
    assert count_opened(*arguments) == expected


def test_a_gate_with_a_history_opens_each_ledger_once(count_opened, tmp_path):
    gate = ("gate", "run", "--history", "history.jsonl", "--junit", "gate.xml")
    accept_run(tmp_path / "other", "the first", tmp_path / "baseline.json")
    assert count_opened(*gate, "--baseline", "baseline.json") == {"run": 1}


def test_each_seed_s_ledger_is_opened_once(count_opened, run_once):
    dataset = f"folder:{run_once.parent / 'clips'}:test"
    opened = count_opened(
        "run", "--systems", "constant", "--seeds", "1,2", "--dataset", dataset,
        "--metrics", "bleu_1", "--text-only", "--out", "seeds",
    )  # fmt: skip
    assert opened == {"seed-1": 1, "seed-2": 1}
    assert count_opened("run", "--resume", "seeds") == {"seed-1": 1, "seed-2": 1}


def test_scored_files_make_a_ledger_that_is_opened_once(count_opened, run_once, tmp_path):
    lines = ["file_name,caption_predicted", *(f"test-{at:02d}.wav,a noise" for at in range(12))]
    (tmp_path / "mine.csv").write_text("\n".join(lines) + "\n")
    dataset = f"folder:{run_once.parent / 'clips'}:test"
    opened = count_opened("score", "mine.csv", "--dataset", dataset, "--metrics", "bleu_1",
                          "--out", "scored")  # fmt: skip
    assert opened == {"scored": 1}
    assert count_opened("run", "--resume", "scored") == {"scored": 1}
