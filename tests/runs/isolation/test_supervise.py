"""Systems that harm their process, each in one of its own, in runs of the real command."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bench_process import bench_environment
from hostile_plugins import COPIES, FRESH, write_hostile
from small_clips import write_clips

N_CLIPS = 5
HARM = {
    "segfault": "crashed: its process was killed by SIGSEGV",
    "abort": "crashed: its process was killed by SIGABRT",
    "exit": "crashed: its process ended with exit code 0 before it was done",
    "kill": "crashed: its process was killed by SIGKILL; was memory short?",
    "cancel": "PluginError: caption() raised CancelledError('cancelled').",
    "close": "crashed: its code closed descriptors that are not its own",
}
"""By what a captioner does at its third clip, how it stopped there."""
HARMLESS = ("fork-raise", "fork-return", "spoil", "print", "thread", "child")
"""What a captioner may do in a process of its own and go on."""
FEW = ("segfault", "exit", "fork-raise", "print", "thread")
"""Of these what interpreters are started for, each of which takes a second."""


def named(act, when=3):
    return f"hostile[act={act},when={when}]" if when != 3 else f"hostile[act={act}]"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "site").mkdir()
    write_hostile(folder / "site")
    write_clips(folder / "clips", n_test=N_CLIPS)
    return folder


@pytest.fixture(scope="module")
def bench_run(place):
    def run(out, *systems, code=COPIES, options=(), **settings):
        command = ["run", "--systems", ",".join(systems), "--dataset",
                   f"folder:{place / 'clips'}:test", "--metrics", "bleu_1", "--profile", "0",
                   "--out", out, *options]  # fmt: skip
        return subprocess.run(
            [sys.executable, "-c", code, *command],
            cwd=place, env=bench_environment(place / "site", **settings),
            capture_output=True, text=True, timeout=100,
        )  # fmt: skip

    return run


def rows_of(run):
    """By system the captions and the states of a run's clips, in their order."""
    rows = {}
    for line in map(json.loads, (run / "ledger.jsonl").read_text().splitlines()):
        if line["row"] == "clip":
            rows.setdefault(line["system"], []).append((line["caption"], line["state"]))
    return rows


@pytest.fixture(scope="module", params=[COPIES, FRESH], ids=["copies", "fresh"])
def night(request, place, bench_run):
    """One night of them, and a floor last."""
    is_fresh = request.param is FRESH
    acts = FEW if is_fresh else (*HARM, *HARMLESS)
    out = "night-fresh" if is_fresh else "night"
    start_s = time.monotonic()
    done = bench_run(out, *map(named, acts), "constant", code=request.param)
    assert time.monotonic() - start_s < 60, "threads or children kept it alive"
    return done, place / out, acts


def test_a_crash_stops_its_system_and_the_night_goes_on(night):
    done, run, acts = night
    assert done.returncode == 1
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["failures"] == {
        named(act): f"at clip 'test-02.wav': {HARM[act]}" for act in acts if act in HARM
    }
    rows = rows_of(run)
    for act in acts:
        states = ["ok", "ok", "error"] if act in HARM else ["ok"] * N_CLIPS
        assert [state for _, state in rows[named(act)]] == states
        assert (f"{named(act)} stopped at clip 'test-02.wav'" in done.stderr) == (act in HARM)
    assert [state for _, state in rows["constant"]] == ["ok"] * N_CLIPS


def test_what_systems_print_is_no_part_of_what_the_bench_prints(night):
    done, *_ = night
    for word in ("printed", "written", "echoed"):
        assert word in done.stderr.splitlines()
        assert word not in done.stdout.splitlines()
    assert done.stdout.count("5 of 5 clips") == 1  # no copy went on as the run


def test_captions_are_the_same_in_one_process_and_in_many(bench_run, place):
    systems = ["hostile", "human", "random-train"]
    for isolation in ("none", "process"):
        done = bench_run(isolation, *systems, options=["--isolation", isolation])
        assert done.returncode == 0, done.stderr
    (place / "requirements.txt").write_text("numpy\n")  # is here, so that no index is asked
    asked = ["--env", "hostile=requirements.txt"]
    done = bench_run("env", *systems, options=asked, BENCH_CACHE=str(place / "cache"))
    assert done.returncode == 0, done.stderr
    assert list((place / "cache" / "environments").glob("*/environment.json"))
    assert rows_of(place / "none") == rows_of(place / "process") == rows_of(place / "env")
    scores = [(place / out / "scores.json").read_bytes() for out in ("none", "process", "env")]
    assert len(set(scores)) == 1
    plan = json.loads((place / "env" / "plan.json").read_text())
    assert [system.get("requirements") for system in plan["systems"]] == [["numpy"], None, None]


def test_a_crash_while_preparing_is_named(bench_run, place):
    done = bench_run("unready", named("exit", 0), "constant")
    assert done.returncode == 1
    manifest = json.loads((place / "unready" / "manifest.json").read_text())
    assert manifest["failures"] == {
        named("exit", 0): "while preparing: crashed: its process ended with exit code 0 before it "
        "was done"
    }


@pytest.mark.parametrize("batch_size", ["1", "12"])
def test_native_code_that_does_not_come_back_is_killed(bench_run, place, batch_size):
    """Soon after the limit of one call; of a batch, the clips come one by one then."""
    impatient = COPIES.replace(
        "\n", "\nimport benchmark.runs.isolation.supervise as s\ns._GRACE_S = 0.1\n"
    )
    options = ["--timeout", "1", "--batch-size", batch_size]
    out = f"hung-{batch_size}"
    done = bench_run(out, named("hang"), "constant", code=impatient, options=options)
    assert done.returncode == 1
    states = [state for _, state in rows_of(place / out)[named("hang")]]
    assert states == ["ok", "ok", "timeout"]
    assert "did not come back within 1 s" in done.stderr


@pytest.fixture
def at_work(place, tmp_path):
    """Start a run whose captioner waits to be interrupted; return both processes."""
    command = ["run", "--systems", named("save"), "--dataset", f"folder:{place / 'clips'}:test",
               "--metrics", "bleu_1", "--profile", "0", "--out", "run"]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", COPIES, *command],
        cwd=tmp_path, env=bench_environment(place / "site"), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_until(lambda: (tmp_path / "at work").exists() and (tmp_path / "at work").read_text())
    yield process, int((tmp_path / "at work").read_text())
    process.kill()
    process.communicate()


def wait_until(is_so, patience_s=30):
    end_s = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < end_s
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)
def test_who_interrupts_a_run_lets_its_system_save_what_it_has(at_work, tmp_path, number, code):
    process, pid = at_work
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, "--resume run" in errors) == (code, True)
    assert (tmp_path / "saved").read_text() == "what was begun"
    assert not Path(f"/proc/{pid}").exists()
    assert len(rows_of(tmp_path / "run")[named("save")]) == 2


def test_a_system_ends_with_a_bench_that_is_killed(at_work):
    process, pid = at_work
    process.kill()
    process.wait()
    wait_until(lambda: not Path(f"/proc/{pid}").exists())
