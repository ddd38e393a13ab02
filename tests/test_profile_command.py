"""``bench profile`` as a user runs it: real processes, a real plugin, the real pytest-benchmark."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import bench_environment, write_clips
from plugin_distributions import write_distribution

PLUGIN = """
import os, time
from benchmark import SystemSpec, hookimpl, stage

BENCH_API = 1

class Paced:
    trained_on, facts = (), {"preset": "none"}

    def caption(self, clips):
        with stage("encode"):
            time.sleep(0.006)
        with stage("generate"):
            time.sleep(0.004)
        return [f"sound of {clip.clip_id}" for clip in clips]

class Crowded:
    def caption(self, clips):
        return [f"one of {len(clips)}" for clip in clips]

class Dying:
    def caption(self, clips):
        os.kill(os.getpid(), 9)

class Heavy(Paced):
    def __init__(self, folder):
        import torch
        self.network = torch.nn.Linear(1000, 100)
        self.folder = folder

def prepare_heavy(resources, options):
    trained = []
    def build(folder):
        trained.append(folder)
        time.sleep(0.5)
        (folder / "weights.bin").write_bytes(bytes(2**20))
    heavy = Heavy(resources.artifacts.get_or_build("heavy", {"v": 1}, build))
    heavy.facts = {"trained_just_now": bool(trained)}
    return heavy

def fail(resources, options):
    print("a word on the way")
    raise FileNotFoundError("weights.bin")

@hookimpl
def bench_systems():
    for name, prepare in {
        "paced": lambda resources, options: Paced(),
        "crowded": lambda resources, options: Crowded(),
        "dying": lambda resources, options: Dying(),
        "heavy": prepare_heavy,
        "unready": fail,
    }.items():
        yield SystemSpec(name, name, prepare, needs_audio=False)
"""
SMALL = ("--queries", 40, "--seconds", 5, "--batch-sizes", "1,4")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = tmp_path_factory.mktemp("paced")
    write_distribution(site, "aac-bench-paced", PLUGIN)
    return site


@pytest.fixture(scope="module")
def profiled(site, tmp_path_factory):
    """One profile that many tests look at."""
    folder = tmp_path_factory.mktemp("profiled")
    clips = write_clips(folder / "clips", n_test=6)
    done = run(
        site, folder, "--systems", "paced,heavy", "--dataset", f"folder:{clips}", *SMALL,
        "--load", 0.5, "-o", "profile.json", "--pytest-benchmark", "pytest.json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder, done, json.loads((folder / "profile.json").read_text())


def run(site, folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "benchmark.cli", "profile", *map(str, arguments)],
        cwd=folder,
        env=bench_environment(site, BENCH_CACHE=str(folder / "cache")),
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_all_scenarios_are_in_one_table_each_and_the_machine_below(profiled):
    _, done, profile = profiled
    for title in ("Cold start", "Single stream", "Offline", "Server, Poisson arrivals"):
        assert title in done.stdout
    assert "(null captioner)" in done.stdout
    assert re.search(r"encode [56]\d %, generate [34]\d %", done.stdout)
    assert done.stdout.splitlines()[-1].startswith(f"Machine {profile['machine']['hash']}: ")


def test_a_profile_holds_every_call_and_what_it_was_asked_for(profiled):
    _, _, profile = profiled
    assert profile["schema"] == 1
    assert profile["scenarios"] == ["single-stream", "offline", "server"]
    assert (profile["n_queries"], profile["batch_sizes"], profile["load"]) == (40, [1, 4], 0.5)
    paced = profile["systems"]["paced"]
    assert (paced["failure"], paced["void"], paced["n_clips"]) == (None, None, 6)
    assert paced["facts"] == {"preset": "none"}
    stream = paced["scenarios"]["single-stream"]
    assert stream["n_calls"] == len(stream["calls_s"]) == 40
    assert 0.010 <= stream["p50_low_s"] <= stream["p50_s"] <= stream["p50_high_s"]
    assert stream["p50_s"] == pytest.approx(0.010, rel=0.1)
    assert stream["stages"]["encode"]["p50_s"] == pytest.approx(0.006, rel=0.1)
    assert stream["p90_s"] is not None
    assert stream["p99_s"] is None  # 40 calls are too few
    assert list(stream["reading"]) == ["decode"]
    one, four = paced["scenarios"]["offline"]
    assert (one["batch_size"], four["batch_size"], four["n_clips"]) == (1, 4, 40)
    assert four["clips_per_s"] == pytest.approx(4 * one["clips_per_s"], rel=0.3)
    server = paced["scenarios"]["server"]
    assert server["n_answered"] == len(server["latencies_s"]) == 40
    assert server["rate_qps"] == pytest.approx(50, rel=0.3)
    assert paced["harness"]["p50_s"] < 0.001


def test_a_cold_start_holds_no_training_and_tells_it_apart(profiled):
    _, _, profile = profiled
    heavy, paced = profile["systems"]["heavy"], profile["systems"]["paced"]
    start = heavy["cold_start"]
    assert heavy["facts"] == {"trained_just_now": False}
    assert start["first_prepare_s"] > 0.5  # there it was
    steps = ("import_s", "prepare_s", "read_s", "first_call_s")
    assert start["total_s"] == pytest.approx(sum(start[step] for step in steps))
    assert paced["cold_start"]["prepare_s"] < 0.1
    assert heavy["size"]["n_parameters"] == 100_100
    assert heavy["size"]["artifact_mib"] == pytest.approx(1.0, abs=0.01)
    assert paced["size"] == {"n_parameters": 0, "parameter_mib": 0, "artifact_mib": 0}
    # torch is in the memory of the one process alone
    assert heavy["memory"]["ready_mib"] > paced["memory"]["ready_mib"] + 30
    assert heavy["memory"]["peak_gpu_mib"] is None or heavy["memory"]["peak_gpu_mib"] >= 0


def test_pytest_benchmark_compares_the_exported_times(profiled):
    folder, _, profile = profiled
    program = Path(sys.executable).with_name("pytest-benchmark")
    done = subprocess.run(
        [program, "compare", "pytest.json", "--group-by", "group", "--csv", "compared"],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "benchmark 'single-stream': 2 tests" in done.stdout
    assert "benchmark 'offline': 4 tests" in done.stdout
    assert "server[paced]" in done.stdout
    exported = json.loads((folder / "pytest.json").read_text())
    (heavy,) = (b for b in exported["benchmarks"] if b["name"] == "single-stream[heavy]")
    stream = profile["systems"]["heavy"]["scenarios"]["single-stream"]
    assert heavy["stats"]["data"] == stream["calls_s"]
    assert heavy["stats"]["median"] == pytest.approx(stream["p50_s"])


def test_a_system_that_fails_says_why_and_the_others_go_on(site, tmp_path):
    clips = write_clips(tmp_path / "clips", n_test=3)
    done = run(
        site, tmp_path, "--systems", "unready,dying,paced", "--dataset", f"folder:{clips}",
        "--scenario", "single-stream", "--queries", 10, "-o", "profile.json",
    )  # fmt: skip
    assert done.returncode == 1
    assert (
        "bench: the profile of unready failed: while preparing: FileNotFoundError: weights.bin"
        in done.stderr
    )
    assert "bench: the profile of dying failed: its process was killed by SIGKILL" in done.stderr
    assert "a word on the way" in done.stderr
    assert "a word on the way" not in done.stdout
    systems = json.loads((tmp_path / "profile.json").read_text())["systems"]
    assert 'raise FileNotFoundError("weights.bin")' in systems["unready"]["traceback"]
    assert systems["paced"]["failure"] is None
    assert list(systems["paced"]["scenarios"]) == ["single-stream"]


def test_captions_that_change_with_the_scenario_void_the_profile(site, tmp_path):
    clips = write_clips(tmp_path / "clips", n_test=5)
    done = run(
        site, tmp_path, "--systems", "crowded", "--dataset", f"folder:{clips}",
        "--scenario", "offline", "--queries", 10, "--batch-sizes", "1,2,8", "-o", "profile.json",
        "--pytest-benchmark", "pytest.json",
    )  # fmt: skip
    assert done.returncode == 1
    reason = "12 captions differ from the first pass"
    assert f"profile of crowded is void: offline, batches of 2: {reason}" in done.stderr
    assert f"void: {reason}" in done.stdout
    assert "only 5 different clips are at hand" in done.stdout
    exported = json.loads((tmp_path / "pytest.json").read_text())
    assert [b["name"] for b in exported["benchmarks"]] == ["offline[crowded-1]"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--systems", "pacd"), "Did you mean 'paced'?"),
        (("--systems", "paced", "--rate", "5", "--load", "0.5"), "choose one"),
        (("--systems", "paced", "--batch-sizes", "1,x"), "expected numbers above 0"),
        (("--systems", "paced", "--scenario", "multi"), "Invalid value for '--scenario'"),
        (("--systems", "paced", "--dataset", "no-such"), "no-such"),
    ],
)
def test_what_cannot_be_meant_is_said_before_any_process_starts(site, tmp_path, arguments, message):
    done = run(site, tmp_path, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "profiling" not in done.stderr
