"""A profile in the form of pytest-benchmark's files, which ``pytest-benchmark compare`` reads."""

from __future__ import annotations

import platform
import statistics
from collections.abc import Iterator, Sequence

from benchmark.errors import UsageError
from benchmark.profiling.profile import Profile, Scenarios

_FORM_VERSION = "5.0.0"
"""Of pytest-benchmark, whose form this is; later ones read it too."""


def to_pytest_benchmark(profile: Profile) -> dict[str, object]:
    """Turn every timed scenario that is not void into a benchmark of its own.

    They are grouped by scenario, and named ``single-stream[SYSTEM]``, ``offline[SYSTEM-32]``
    (seconds of a call of 32 clips) and ``server[SYSTEM]`` (latencies). A round is a call.

    Raises:
        UsageError: the profile holds no times.
    """
    benchmarks = [
        _benchmark(*timed)
        for system_name, system in profile.systems.items()
        for timed in _list_times(system_name, system.scenarios)
    ]
    if not benchmarks:
        raise UsageError("the profile holds no times to export: every scenario failed or is void.")
    machine = profile.machine
    return {
        "machine_info": {
            "node": platform.node(),
            "processor": machine.cpu,
            "machine": machine.architecture,
            "python_implementation": platform.python_implementation(),
            "python_version": machine.python,
            "release": machine.kernel,
            "system": platform.system(),
            "cpu": {"brand_raw": machine.cpu, "count": machine.cores},
            "aac_bench": machine.to_json(),
        },
        "commit_info": {"id": "unversioned", "dirty": False, "branch": "(unknown)"},
        "benchmarks": benchmarks,
        "datetime": profile.created_at,
        "version": _FORM_VERSION,
    }


def _list_times(
    system_name: str, scenarios: Scenarios
) -> Iterator[tuple[str, str, Sequence[float]]]:
    """List the scenarios that have times, with what each is called and its seconds."""
    stream, server = scenarios.single_stream, scenarios.server
    if stream is not None and stream.latency.void is None:
        yield "single-stream", system_name, stream.calls_s
    for batches in scenarios.offline:
        if batches.void is None and batches.calls_s:
            yield "offline", f"{system_name}-{batches.batch_size}", batches.calls_s
    if server is not None and server.void is None and server.queries:
        yield "server", system_name, server.latencies_s


def _benchmark(scenario: str, param: str, seconds: Sequence[float]) -> dict[str, object]:
    name = f"{scenario}[{param}]"
    return {
        "group": scenario,
        "name": name,
        "fullname": f"bench profile::{name}",
        "params": {"system": param},
        "param": param,
        "extra_info": {},
        "options": {"timer": "perf_counter_ns", "warmup": True},
        "stats": _stats(seconds),
    }


def _stats(seconds: Sequence[float]) -> dict[str, object]:
    """Compute what pytest-benchmark keeps of the rounds, by its own definitions."""
    ordered = sorted(seconds)
    mean, total = statistics.mean(ordered), sum(ordered)
    spread = statistics.stdev(ordered) if len(ordered) > 1 else 0.0
    q1, q3 = _quartile(ordered), -_quartile([-value for value in reversed(ordered)])
    low, high = q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)
    n_far = sum(not mean - spread <= value <= mean + spread for value in ordered)
    n_beyond = sum(not low <= value <= high for value in ordered)
    return {
        "min": ordered[0],
        "max": ordered[-1],
        "mean": mean,
        "stddev": spread,
        "rounds": len(ordered),
        "median": statistics.median(ordered),
        "iqr": q3 - q1,
        "q1": q1,
        "q3": q3,
        "iqr_outliers": n_beyond,
        "stddev_outliers": n_far,
        "outliers": f"{n_far};{n_beyond}",
        "ld15iqr": next(value for value in ordered if value >= low),
        "hd15iqr": next(value for value in reversed(ordered) if value <= high),
        "ops": len(ordered) / total if total else 0,
        "total": total,
        "data": list(seconds),
        "iterations": 1,
    }


def _quartile(ordered: Sequence[float]) -> float:
    """Compute the lower quartile as pytest-benchmark does: methods 2 and 3 of Wikipedia."""
    n, left = divmod(len(ordered), 4)
    if len(ordered) == 1:
        return ordered[0]
    if len(ordered) % 2 == 0:
        return statistics.median(ordered[: len(ordered) // 2])
    if left == 1:
        return 0.25 * ordered[n - 1] + 0.75 * ordered[n]
    return 0.75 * ordered[n] + 0.25 * ordered[n + 1]
