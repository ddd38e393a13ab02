"""The nightly commands of the documentation, run as they stand there: a night, and a broken one."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bench_process import bench_environment

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "nightly-gate.md").read_text(encoding="utf-8")
ACCEPT, NIGHT = re.findall(r"```(?:console|sh)\n(.*?)```", PAGE, flags=re.DOTALL)[:2]
GATE = re.search(r"bench gate .*?(?<!\\)\n", NIGHT, flags=re.DOTALL)[0]

BENCH = """#!{python}
# `bench` with systems that cost nothing, and with what breaks in a night.
import os, signal, sys
from benchmark.cli.main import main
words = sys.argv[1:]
broken = os.environ.get("BROKEN")
if words[0] == "run":
    words[words.index("--systems") + 1] = "constant,random-train"
    words += ["--text-only", "--limit", "6", "--metrics", "bleu_1", "--profile", "0"]
    if broken == "at once":
        sys.exit(1)
    if broken == "killed":
        from benchmark.runs.ledger import Ledger
        Ledger.extend = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    if broken == "half of it":
        words[words.index("--systems") + 1] = "constant"
        words[words.index("--limit") + 1] = "3"
main(words)
"""


@pytest.fixture(scope="module")
def first_night(tmp_path_factory):
    """The page's commands, done once: a run accepted, and a night that passes."""
    folder = tmp_path_factory.mktemp("nightly")
    (folder / "bin").mkdir()
    bench = folder / "bin" / "bench"
    bench.write_text(BENCH.format(python=sys.executable))
    bench.chmod(0o755)
    done = do(folder, ACCEPT)
    assert done.returncode == 0, done.stderr
    done = do(folder, NIGHT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] != ""
    return folder


@pytest.fixture
def place(first_night, tmp_path):
    return Path(shutil.copytree(first_night, tmp_path / "site"))


def do(folder, commands, broken="", shell="bash"):
    environment = bench_environment(folder, BROKEN=broken)
    environment["PATH"] = f"{folder}/bin{os.pathsep}{environment['PATH']}"
    environment.pop("GITHUB_STEP_SUMMARY", None)
    return subprocess.run(
        [*shell.split(), "-c", commands],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def n_nights(folder):
    return len((folder / "runs" / "history.jsonl").read_text().splitlines())


def test_a_second_night_passes_on_its_own(place):
    done = do(place, NIGHT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert n_nights(place) == 4


@pytest.mark.parametrize(
    ("broken", "code", "verdict"),
    [
        ("at once", 2, None),
        ("killed", 3, "nothing measured"),
        ("half of it", 1, "fail"),
    ],
)
def test_a_broken_second_night_does_not_pass(place, broken, code, verdict):
    done = do(place, NIGHT, broken)
    assert done.returncode == code, done.stdout + done.stderr
    assert "PASS" not in done.stdout
    report = place / "gate.json"
    assert (json.loads(report.read_text())["outcome"] if report.exists() else None) == verdict
    assert (place / "gate.xml").exists() == report.exists()
    assert n_nights(place) == (3 if broken == "half of it" else 2)


def test_a_shell_that_stops_at_the_first_error_does_not_pass_either(place):
    assert do(place, NIGHT, "at once", shell="bash -e").returncode == 1


def test_one_folder_for_all_nights_does_not_pass_a_broken_one(place):
    """What this page once said: the second run is refused, and the first is judged again."""
    (night,) = place.glob("runs/2*")
    night.rename(place / "runs" / "nightly")
    done = do(place, re.sub(r"night=\S.*", "night=runs/nightly", NIGHT))
    assert done.returncode == 3, done.stdout + done.stderr
    assert "holds a run already" in done.stderr
    assert done.stdout.startswith("NOTHING MEASURED: the run was judged before")


def test_yesterdays_run_does_not_pass_without_a_history(place):
    (night,) = place.glob("runs/2*")
    command = re.sub(r"--history \S+", "", GATE).replace("--max-age 12h", "--max-age 0.1s")
    done = do(place, f"night={night}\n{command}")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "it is not of this night" in done.stdout


def test_the_job_that_tox_runs_asks_as_much_as_the_page():
    job = (ROOT / "tox.ini").read_text(encoding="utf-8").partition("[testenv:nightly]")[2]
    job = job.partition("\n[testenv:")[0]
    asked = set(re.findall(r"--(?:max-age \S+|[a-z-]+)", GATE))
    assert asked - set(re.findall(r"--(?:max-age \S+|[a-z-]+)", job)) == set()
    assert "    bench gate" in job  # not `- bench gate`, whose exit code tox would pass over


def test_the_workflow_runs_that_job_and_passes_over_nothing():
    text = (ROOT / ".github" / "workflows" / "nightly.yml").read_text(encoding="utf-8")
    assert "- run: tox -e nightly\n" in text
    assert "continue-on-error" not in text
