"""Starts the processes that profile systems, and gathers what they found."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmark.machine.clock import now
from benchmark.machine.facts import describe_machine
from benchmark.profiling.request import ProfileRequest
from benchmark.runs.resolve import plan_run
from benchmark.systems.registry import Registry

SCHEMA = 1


def profile_systems(
    request: ProfileRequest, registry: Registry, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Profile systems one after the other, each in fresh processes.

    The first process of a system gets it ready, so that what can be built or embedded before is
    there. The second one is measured: its start, memory and latencies are the system's own, and
    no training is among them.

    Args:
        request: what to measure.
        registry: to check the request with, before any process starts.
        tell: hears what is being done.

    Returns:
        ``schema``, what was asked for, ``machine``, and under ``systems`` for each its
        ``failure`` and, if that is None, what ``session.profile_system`` found; otherwise its
        ``traceback``. ``cold_start`` is told also how long preparing took when things were found
        as they were (``first_prepare_s``).

    Raises:
        BenchError: the request cannot be met.
    """
    planned = plan_run(request.to_run(), registry)
    systems: dict[str, Any] = {}
    for system in planned.systems:
        tell(f"profiling {system.name} ...")
        systems[system.name] = _profile(request.for_system(system.name))
    found = [record["machine"] for record in systems.values() if "machine" in record]
    for record in systems.values():
        record.pop("machine", None)
    asked = {key: fact for key, fact in request.to_json().items() if key != "data_root"}
    return {
        "schema": SCHEMA,
        "created_at": now(),
        **asked,
        "dataset": str(planned.split.label),
        "train": planned.plan.train,
        "versions": dict(planned.plan.versions),
        "machine": found[-1] if found else describe_machine().to_json(),
        "systems": systems,
    }


def _profile(request: ProfileRequest) -> dict[str, Any]:
    rehearsal = _ask(request, only_prepare=True)
    if "profile" not in rehearsal:
        return rehearsal
    answer = _ask(request, only_prepare=False)
    if "profile" not in answer:
        return answer
    profile: dict[str, Any] = answer["profile"]
    profile["cold_start"]["first_prepare_s"] = rehearsal["profile"]["prepare_s"]
    return {"failure": None, **profile}


def _ask(request: ProfileRequest, *, only_prepare: bool) -> dict[str, Any]:
    """Start a process and wait for its answer: a profile, or a failure with its traceback."""
    with tempfile.TemporaryDirectory(prefix="bench-profile-") as folder:
        order_path, answer_path = Path(folder, "order.json"), Path(folder, "answer.json")
        order = {
            "request": request.to_json(),
            "only_prepare": only_prepare,
            "started_ns": time.monotonic_ns(),  # a clock that all processes share
        }
        order_path.write_text(json.dumps(order), encoding="utf-8")
        code = _run_worker(order_path, answer_path)
        if not answer_path.is_file():
            return {"failure": f"its process {_describe_end(code)}", "traceback": None}
        answer: dict[str, Any] = json.loads(answer_path.read_text(encoding="utf-8"))
    if "error" in answer:
        return {"failure": answer["error"], "traceback": answer["traceback"]}
    return answer


def _run_worker(order_path: Path, answer_path: Path) -> int:
    """Run the process that does what an order says; who interrupts this one ends both."""
    # -P: a folder called benchmark in the working directory is not this package.
    program = [sys.executable, "-P", "-m", "benchmark.profiling.worker"]
    with subprocess.Popen(
        [*program, str(order_path), str(answer_path)],
        stdin=subprocess.DEVNULL,
        stdout=2,  # what plugins print goes where progress goes
    ) as process:
        try:
            return process.wait()
        except BaseException:
            process.kill()
            process.wait()  # leaving the block does not, after an interrupt
            raise


def _describe_end(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code} and no answer"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = "; was memory short?" if name == "SIGKILL" else ""
    return f"was killed by {name}{hint}"
