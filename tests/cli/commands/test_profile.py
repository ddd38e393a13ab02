"""``bench profile`` as a user runs it: real processes, a real plugin, the real pytest-benchmark."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bench_process import bench_environment
from click.testing import CliRunner
from plugin_distributions import write_distribution
from small_clips import write_clips

import benchmark.cli.commands.profile as command
from benchmark.profiling.request import SCENARIOS

PLUGIN = """
import os, time
from pathlib import Path
from benchmark import SystemSpec, hookimpl, stage

BENCH_API = 2

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

class Endless:
    def caption(self, clips):
        Path("pid").write_text(str(os.getpid()))
        time.sleep(300)

class Vague(Paced):
    facts = {"encoder": object()}

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
        "endless": lambda resources, options: Endless(),
        "nobody": lambda resources, options: None,
        "vague": lambda resources, options: Vague(),
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
        "--load", 0.5, "-o", "profile.json", "--pytest-benchmark", "pytest.json", "--wide",
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
    assert stream["p50_s"] < 0.1  # sleep is late on a busy machine
    assert 0.006 <= stream["stages"]["encode"]["p50_s"] < stream["p50_s"] - 0.003
    if stream["p90_s"] is not None:  # 36 calls do, if they do not hang together
        assert stream["p50_s"] <= stream["p90_s"] <= stream["p90_high_s"]
    assert stream["p99_s"] is None  # 40 calls are too few
    assert list(stream["reading"]) == ["decode"]
    one, four = paced["scenarios"]["offline"]
    assert (one["batch_size"], four["batch_size"], four["n_clips"]) == (1, 4, 40)
    assert four["clips_per_s"] == pytest.approx(4 * one["clips_per_s"], rel=0.3)
    server = paced["scenarios"]["server"]
    assert server["n_answered"] == len(server["latencies_s"]) == 40
    assert server["rate_qps"] == pytest.approx(50, rel=0.3)
    assert 6 < paced["harness"]["n_calls"] <= 100  # as many as its seconds allow
    assert paced["harness"]["p50_s"] < 0.005


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


def test_what_is_no_captioner_is_refused_before_anything_is_timed(site, tmp_path):
    clips = write_clips(tmp_path / "clips", n_test=2)
    done = run(
        site, tmp_path, "--systems", "nobody,vague", "--dataset", f"folder:{clips}",
        "--scenario", "single-stream", "--queries", 2, "-o", "profile.json",
    )  # fmt: skip
    assert done.returncode == 1
    assert "while preparing: PluginError: prepare() returned None" in done.stderr
    assert "while preparing: PluginError: the captioner's fact 'encoder' is" in done.stderr


def test_a_system_slower_than_the_limit_is_timed_once(site, tmp_path):
    clips = write_clips(tmp_path / "clips", n_test=2)
    done = run(
        site, tmp_path, "--systems", "paced", "--dataset", f"folder:{clips}",
        "--scenario", "single-stream", "--seconds", 0.002, "-o", "profile.json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    paced = json.loads((tmp_path / "profile.json").read_text())["systems"]["paced"]
    assert paced["scenarios"]["single-stream"]["n_calls"] == 1


def test_a_ceiling_is_profiled_and_any_name_reaches_its_process(site, tmp_path):
    clips = write_clips(tmp_path / "clips", n_test=2)
    constant = 'constant[caption="it\'s \\"$5\\", [b]=<i>; ü"]'
    done = run(
        site, tmp_path, "--systems", f"human,{constant}", "--dataset", f"folder:{clips}",
        "--scenario", "single-stream", "--queries", 4, "-o", "profile.json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    systems = json.loads((tmp_path / "profile.json").read_text())["systems"]
    assert list(systems) == ["human", constant.replace("ü", "\\u00fc")]
    assert [found["scenarios"]["single-stream"]["n_calls"] for found in systems.values()] == [4, 4]


def test_a_sound_that_cannot_be_read_is_named(site, tmp_path):
    clips = write_clips(tmp_path / "clips", n_test=2)
    (clips / "test-00.wav").write_bytes(b"no sound")
    done = run(site, tmp_path, "--systems", "paced", "--dataset", f"folder:{clips}", *SMALL)
    assert done.returncode == 1
    assert re.search(r"the profile of paced failed: .*test-00\.wav", done.stderr)


def test_an_interrupted_profile_leaves_no_process_behind(site, tmp_path):
    clips = write_clips(tmp_path / "clips", n_test=2)
    program = [sys.executable, "-m", "benchmark.cli", "profile", "--systems", "endless"]
    started = subprocess.Popen(
        [*program, "--dataset", f"folder:{clips}"],
        cwd=tmp_path,
        env=bench_environment(site, BENCH_CACHE=str(tmp_path / "cache"), TMPDIR=str(tmp_path)),
        stderr=subprocess.PIPE,
        text=True,
    )
    pid = tmp_path / "pid"
    while not (pid.exists() and pid.read_text()):
        assert started.poll() is None, started.stderr.read()
        time.sleep(0.05)
    started.send_signal(signal.SIGINT)
    _, said = started.communicate(timeout=60)
    assert started.returncode == 130
    assert said.endswith("Interrupted; nothing was kept.\n")
    assert "Traceback" not in said
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
    assert not list(tmp_path.glob("bench-profile-*"))


def test_a_call_that_takes_too_long_fails_its_profile_alone(site, tmp_path):
    clips = write_clips(tmp_path / "clips", n_test=2)
    done = run(site, tmp_path, "--systems", "endless,paced", "--timeout", 0.3, "--dataset",
               f"folder:{clips}", *SMALL)  # fmt: skip
    assert done.returncode == 1
    reason = "CallTimeoutError: caption() took longer than 0.3 s for 1 clips"
    assert f"the profile of endless failed: at clip 'test-00.wav': {reason}" in done.stderr
    assert "paced" in done.stdout


def test_captions_that_change_with_the_scenario_void_the_profile(site, tmp_path):
    clips = write_clips(tmp_path / "clips", n_test=5)
    done = run(
        site, tmp_path, "--systems", "crowded", "--dataset", f"folder:{clips}",
        "--scenario", "offline", "--queries", 10, "--batch-sizes", "1,2,8", "-o", "profile.json",
        "--pytest-benchmark", "pytest.json", "--wide",
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
        (("--systems", "paced", "--seconds", "inf"), "--seconds is inf; expected above 0 and"),
        (("--systems", "paced", "--rate", "nan"), "--rate is nan; expected above 0 and finite"),
    ],
)
def test_what_cannot_be_meant_is_said_before_any_process_starts(site, tmp_path, arguments, message):
    done = run(site, tmp_path, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "profiling" not in done.stderr


@pytest.mark.parametrize("option", ["-o", "--pytest-benchmark"])
def test_a_place_that_is_not_there_is_said_before_any_process_starts(site, tmp_path, option):
    done = run(site, tmp_path, "--systems", "paced", option, "nowhere/profile.json")
    assert done.returncode == 2
    assert "there is no folder nowhere" in done.stderr
    assert "profiling" not in done.stderr


def test_the_command_offers_every_scenario_there_is():
    assert command.SCENARIOS == SCENARIOS


@pytest.mark.parametrize(
    ("arguments", "draw_on_s"),
    [((), 120.0), (("--queries", "400"), 0.0), (("--seconds", "7"), 7.0)],
)
def test_the_server_is_drawn_on_where_nobody_asked_for_a_number(monkeypatch, arguments, draw_on_s):
    asked = []

    def take(request, *_, **__):
        asked.append(request)
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "profile_systems", take)
    CliRunner().invoke(command.command, ["--systems", "constant", "--load", "0.8", *arguments])
    assert [request.draw_on_s for request in asked] == [draw_on_s]
