"""What a process of its own costs a system: at its start, and for each clip."""

from __future__ import annotations

import json
import subprocess
import sys

from bench_process import bench_environment
from small_clips import write_clips

# In a process that has loaded nothing heavy, as `bench run` has not; what is left of a clip is an
# entry that is written to the disk, and sent there before.
CODE = """
import json, sys, time
from pathlib import Path
from benchmark.runs.folder import RunFolder
from benchmark.runs.isolation import supervise
from benchmark.runs.isolation.orders import Order, Work
from benchmark.runs.isolation.ways import take_through
from benchmark.runs.ledger import Ledger
from benchmark.runs.plan import Feeding
from benchmark.runs.requests import RunRequest
from benchmark.runs.resolve import resolve_run
from benchmark.systems.registry import load_registry

clips, place, n_rounds = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
registry, copies = load_registry(), supervise.can_copy
n_clips = len(list(clips.glob("test-*.wav")))

def seconds(way, limit, name):
    request = RunRequest(("constant",), f"folder:{clips}:test", clips, (), feeding=Feeding(),
                         limit=limit, text_only=True)
    run = resolve_run(request, registry)
    folder = RunFolder.create(place / name, run.plan)
    (system,) = run.systems
    supervise.can_copy = copies if way == "copy" else lambda modules: False
    with Ledger(folder.ledger_path) as ledger:
        work = Work(system, run.resources_for(system), run.clips(), ledger.view)
        order = Order(system.name, clips, run=folder.path)
        start_s = time.perf_counter()
        failure = take_through(work, order, ledger, "none" if way == "none" else "process")
        spent_s = time.perf_counter() - start_s
        assert failure is None, failure
        assert len(ledger.view.clips) == limit
    return spent_s

assert copies()
said = {}
for way in ("none", "copy", "fresh"):
    starts = [seconds(way, 1, f"{way}-one-{n}") for n in range(n_rounds)]
    alls = [seconds(way, n_clips, f"{way}-all-{n}") for n in range(n_rounds)]
    start_s, all_s = min(starts), min(alls)  # what else the machine does only adds
    said[way] = {"start_ms": 1000 * start_s, "clip_ms": 1000 * (all_s - start_s) / (n_clips - 1)}
print(json.dumps(said))
"""


def measure(tmp_path, n_clips=400, n_rounds=5):
    clips = write_clips(tmp_path / "clips", n_test=n_clips)
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(clips), str(tmp_path), str(n_rounds)],
        env=bench_environment(tmp_path), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_process_of_its_own_costs_less_than_a_millisecond_a_clip(tmp_path, benchmark):
    said = benchmark.pedantic(lambda: measure(tmp_path), rounds=1, iterations=1)
    benchmark.extra_info.update(said)
    none, copy = said["none"], said["copy"]
    assert copy["clip_ms"] - none["clip_ms"] < 1
    assert copy["start_ms"] < 200
