"""Starts the processes that profile systems, and gathers their profiles."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from benchmark.errors import MachineError, UsageError, listed
from benchmark.files import read_json, scratch_folder
from benchmark.machine.clock import now
from benchmark.machine.facts import describe_machine
from benchmark.machine.signals import end_process
from benchmark.machine.typed_json import read_as
from benchmark.profiling.profile import Failure, Profile, SystemProfile
from benchmark.profiling.request import Order, ProfileRequest
from benchmark.runs.isolation.apart import IN_PROCESSES, Apart
from benchmark.runs.isolation.environments import environment_for
from benchmark.runs.isolation.processes import describe_end
from benchmark.runs.resolve import resolve_run
from benchmark.systems.registry import Registry, System

_T = TypeVar("_T")


def profile_systems(
    request: ProfileRequest,
    registry: Registry,
    tell: Callable[[str], None],
    *,
    apart: Apart = IN_PROCESSES,
) -> Profile:
    """Profile systems one after the other, each in fresh processes.

    The first process of a system gets it ready, so that what can be built or embedded before is
    there. The second one is measured: its start, memory and latencies are the system's own, and
    no training is among them.

    Args:
        request: what to measure.
        registry: to check the request with, before any process starts.
        tell: hears what is being done.
        apart: what is installed for systems; each has processes of its own anyway.

    Raises:
        BenchError: the request cannot be met.
    """
    planned = resolve_run(request.to_run(), registry)
    _require_timed(planned.systems)
    plan = apart.spelt_by(registry, request.systems).planned(planned.plan)
    outcomes: dict[str, SystemProfile | Failure] = {}
    for system in planned.systems:
        tell(f"profiling {system.name} ...")
        outcomes[system.name] = _profile(
            request.for_system(system.spelling),
            request.longest_s(system.spec),
            plan.requirements_of(system.name) or (),
        )
    machines = [o.machine for o in outcomes.values() if isinstance(o, SystemProfile)]
    return Profile(
        created_at=now(),
        request=request,
        dataset=str(planned.split.label),
        train=planned.plan.train,
        validation=planned.plan.validation,
        versions=planned.plan.header.versions,
        machine=machines[-1] if machines else describe_machine(),
        outcomes=outcomes,
        requirements={
            each.name: each.requirements for each in plan.systems if each.requirements is not None
        },
    )


def _require_timed(systems: Sequence[System]) -> None:
    untimed = [system.name for system in systems if not system.spec.is_timed]
    if untimed:
        raise UsageError(
            f"{listed(untimed)} looks captions up that were made elsewhere, which says nothing of "
            "how long they took; leave it out of a profile."
        )


def _profile(
    request: ProfileRequest, limit_s: float | None, requirements: Sequence[str]
) -> SystemProfile | Failure:
    try:
        python, hold = environment_for(requirements)
    except MachineError as error:
        return Failure(f"while its environment was built: {error}")
    try:
        first_prepare_s = _carry_out(request, None, float, limit_s, python)
        if isinstance(first_prepare_s, Failure):
            return first_prepare_s
        return _carry_out(request, first_prepare_s, SystemProfile, limit_s, python)
    finally:
        if hold is not None:
            hold.close()


def _carry_out(
    request: ProfileRequest,
    first_prepare_s: float | None,
    kind: type[_T],
    limit_s: float | None,
    python: Path,
) -> _T | Failure:
    """Start a process and wait for what it was asked for.

    Args:
        request: see ``Order``.
        first_prepare_s: see ``Order``.
        kind: what the process answers.
        limit_s: seconds it may take; None waits for ever.
        python: the interpreter.
    """
    with scratch_folder("bench-profile") as folder:
        order_path, answer_path = Path(folder, "order.json"), Path(folder, "answer.json")
        order = Order(request, time.monotonic_ns(), first_prepare_s)
        order_path.write_text(
            json.dumps(dataclasses.asdict(order), default=str, allow_nan=False), encoding="utf-8"
        )
        try:
            code = _run_worker(python, order_path, answer_path, limit_s)
        except subprocess.TimeoutExpired:
            return Failure(f"its process did not end within {limit_s:g} s, and was killed")
        if not answer_path.is_file():
            return Failure(describe_end(code))
        answer = read_json(answer_path)
    if "failure" in answer:
        return read_as(Failure, answer["failure"], answer_path)
    return read_as(kind, answer["done"], answer_path)


def _run_worker(python: Path, order_path: Path, answer_path: Path, limit_s: float | None) -> int:
    """Run the process that does what an order says; who interrupts this one ends both."""
    # -P: a folder called benchmark in the working directory is not this package.
    program = [str(python), "-P", "-m", "benchmark.profiling.worker"]
    with subprocess.Popen(
        [*program, str(order_path), str(answer_path)],
        stdin=subprocess.DEVNULL,
        stdout=2,  # what plugins print goes where progress goes
        process_group=0,
    ) as process:
        try:
            return process.wait(limit_s)
        except BaseException:
            end_process(process)  # which may be in the middle of a training
            raise
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # what it started and left behind
