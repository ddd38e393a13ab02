"""One system through all scenarios, in this process."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.machine.facts import describe_machine, peak_rss_mib
from benchmark.profiling.first_pass import FirstPass, take_first_pass
from benchmark.profiling.null import NullCaptioner
from benchmark.profiling.offline import time_batches
from benchmark.profiling.request import ProfileRequest
from benchmark.profiling.server import time_server
from benchmark.profiling.subject import Subject, prepare_subject
from benchmark.profiling.weight import count_parameters
from benchmark.runs.entries import PrepareEntry
from benchmark.runs.timed_calls import summarise_latency
from benchmark.runs.timing import SingleStream, TimedCall
from benchmark.stats.percentiles import Percentiles
from benchmark.systems.disclosure import read_disclosure

_N_NULL_CALLS = 100
_MIB = 2**20


def profile_system(request: ProfileRequest, started_ns: int) -> dict[str, Any]:
    """Profile the one system of a request.

    Args:
        request: names one system, whose built things are in the store already.
        started_ns: when the process was started, by ``time.monotonic_ns``.

    Returns:
        Its record, in seconds and MiB:

        * ``n_clips`` that are captioned in turn; ``facts``, ``kind``, ``distribution`` and
          ``version`` of the system;
        * ``void``: why its times mean nothing, scenario by scenario; None where captions stayed
          the same throughout;
        * ``cold_start``: ``import_s``, ``prepare_s``, ``read_s``, ``first_call_s`` and their sum
          ``total_s``; ``plan_s`` apart;
        * ``memory``: the most that the process held before preparing, when ready, and after all
          scenarios, in which up to 128 MiB of sound are held; ``peak_gpu_mib`` by torch;
        * ``size``: parameters of torch modules, and the built things that preparing used;
        * ``harness``: calls that do nothing;
        * ``scenarios``: ``single-stream`` is the latency record of runs (``profiling.latency``)
          and ``calls_s``; ``offline`` a list by batch size; ``server``.

    Raises:
        BenchError: the request cannot be met, or the system cannot get ready.
        PluginError: a call of the first pass failed.
        DataError: a sound cannot be read.
    """
    subject = prepare_subject(request, started_ns)
    stream = SingleStream(subject.listener, subject.sample_rate_hz, None, request.limit_s)
    n_least = max(request.batch_sizes) if "offline" in request.scenarios else 1
    first = take_first_pass(stream, subject.captioner, subject.clip_ids, n_least)
    scenarios = _run_scenarios(request, subject, stream, first)
    peak_mib = peak_rss_mib()
    system, said = subject.system, read_disclosure(subject.captioner)
    return {
        "kind": system.spec.kind,
        "distribution": system.provenance.distribution,
        "version": system.provenance.version,
        "facts": dict(said.facts),
        "n_clips": len(first.calls),
        "void": _join_reasons(scenarios),
        "cold_start": _cold_start(subject, first),
        "memory": {**subject.peaks_mib, "peak_mib": peak_mib, "peak_gpu_mib": _peak_gpu_mib()},
        "size": _size(subject),
        "harness": _time_harness(stream, first),
        "scenarios": scenarios,
        "machine": describe_machine().to_json(),
    }


def _run_scenarios(
    request: ProfileRequest, subject: Subject, stream: SingleStream, first: FirstPass
) -> dict[str, Any]:
    """Run what was asked for; the server's rate may follow from the single stream."""
    captioner, n_queries, limit_s = subject.captioner, request.n_queries, request.limit_s
    scenarios: dict[str, Any] = {}
    service_s = float(np.mean([timed.call.seconds for timed in first.calls[1:] or first.calls]))
    if "single-stream" in request.scenarios:
        clip_ids = [clip.clip_id for clip in first.cycled(n_queries)]
        calls = stream.time_calls(captioner, clip_ids)
        scenarios["single-stream"] = _single_stream(subject, first, calls)
        service_s = float(np.mean([timed.call.seconds for timed in calls]))
    if "offline" in request.scenarios:
        scenarios["offline"] = [
            time_batches(captioner, first, batch_size, n_queries, limit_s).to_json()
            for batch_size in request.batch_sizes
        ]
    if "server" in request.scenarios:
        rate_qps = request.rate_qps or request.load / service_s
        served = time_server(captioner, first, rate_qps, n_queries, limit_s, request.seed)
        load = None if request.rate_qps else request.load
        scenarios["server"] = {"load": load, **served.to_json()}
    return scenarios


def _single_stream(
    subject: Subject, first: FirstPass, calls: Sequence[TimedCall]
) -> dict[str, Any]:
    """Summarise calls as a run's profile pass does, and keep the raw ones."""
    name, machine = subject.system.name, describe_machine().hash
    rows = [timed.to_entry(name, first.captions[timed.clip_id], machine) for timed in calls]
    prepared = PrepareEntry(name, 0, subject.steps_s["prepare_s"])
    latency = summarise_latency(rows, [prepared], "the first pass")
    assert latency is not None  # the first call always takes place
    return {**latency.to_json(), "calls_s": [row.caption_s for row in rows]}


def _join_reasons(scenarios: dict[str, Any]) -> str | None:
    reasons = []
    for name, found in scenarios.items():
        for record in found if isinstance(found, list) else [found]:
            if record["void"] is not None:
                size = f", batches of {record['batch_size']}" if "batch_size" in record else ""
                reasons.append(f"{name}{size}: {record['void']}")
    return "; ".join(reasons) or None


def _cold_start(subject: Subject, first: FirstPass) -> dict[str, float]:
    """Tell the steps from the start of the process to the first caption, and their sum.

    Looking through the data set is told and not counted: it is this harness's.
    """
    steps_s = {
        **subject.steps_s,
        "read_s": first.calls[0].read_s,
        "first_call_s": first.calls[0].call.seconds,
    }
    total_s = sum(seconds for name, seconds in steps_s.items() if name != "plan_s")
    return {**steps_s, "total_s": total_s}


def _time_harness(stream: SingleStream, first: FirstPass) -> dict[str, Any]:
    """Time calls that do nothing."""
    clip_ids = [clip.clip_id for clip in first.cycled(_N_NULL_CALLS)]
    calls = stream.time_calls(NullCaptioner(), clip_ids)
    seconds = np.array([timed.call.seconds for timed in calls])
    return {"n_calls": len(seconds), **Percentiles.of(seconds).to_json()}


def _size(subject: Subject) -> dict[str, float]:
    parameters = count_parameters(subject.captioner)
    n_bytes = sum(_size_of(folder) for folder in subject.artifacts)
    return {
        "n_parameters": parameters.n_parameters,
        "parameter_mib": parameters.n_bytes / _MIB,
        "artifact_mib": n_bytes / _MIB,
    }


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _peak_gpu_mib() -> float | None:
    """Tell the most memory that torch had on the device; None where it used none."""
    cuda: Any = getattr(sys.modules.get("torch"), "cuda", None)
    if cuda is None or not cuda.is_initialized():
        return None
    peaks = [float(cuda.max_memory_allocated(at)) for at in range(cuda.device_count())]
    return max(peaks) / _MIB
