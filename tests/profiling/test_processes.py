"""Processes that profile systems, and end."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from bench_process import bench_environment
from made_wheels import write_wheel
from plugin_distributions import write_distribution
from small_clips import write_clips

from benchmark.profiling.processes import _profile
from benchmark.profiling.profile import Failure
from benchmark.profiling.request import ProfileRequest


def test_a_process_that_does_not_end_in_time_is_killed():
    start = time.monotonic()
    outcome = _profile(ProfileRequest(("constant",), "soundscapes", Path("data")), 0.05, ())
    assert outcome == Failure("its process did not end within 0.05 s, and was killed")
    assert time.monotonic() - start < 5


TELLING = """
from importlib.metadata import version
from benchmark import SystemSpec, hookimpl

BENCH_API = 2

class Telling:
    def __init__(self):
        self.facts = {"tabulate": version("tabulate")}

    def caption(self, clips):
        return ["a noise" for _ in clips]

@hookimpl
def bench_systems():
    yield SystemSpec("telling", "says what it sees", lambda resources, options: Telling())
"""


def test_a_system_is_profiled_in_an_environment_of_its_own(tmp_path):
    (tmp_path / "site").mkdir()
    write_distribution(tmp_path / "site", "bench-telling", TELLING)
    wheel = write_wheel(tmp_path, "tabulate", "99.0", "")
    (tmp_path / "requirements.txt").write_text(f"{wheel}\n")
    clips = write_clips(tmp_path / "clips", n_test=2)
    done = subprocess.run(
        [sys.executable, "-m", "benchmark.cli", "profile", "--systems", "telling,constant",
         "--dataset", f"folder:{clips}:test", "--scenario", "single-stream", "--queries", "2",
         "--env", "telling=requirements.txt", "-o", "profile.json"],
        cwd=tmp_path, capture_output=True, text=True, timeout=200,
        env=bench_environment(
            tmp_path / "site", BENCH_CACHE=str(tmp_path / "cache"), PIP_CONSTRAINT=""
        ),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    profile = json.loads((tmp_path / "profile.json").read_text())
    assert profile["systems"]["telling"]["facts"] == {"tabulate": "99.0"}
    assert profile["requirements"] == {"telling": [str(wheel)]}
