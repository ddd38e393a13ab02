"""Takes one system through all scenarios, in this process."""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack

import numpy as np

from benchmark.machine.facts import describe_machine
from benchmark.profiling.cold_start import ColdStart, ReadySystem, prepare_system
from benchmark.profiling.first_pass import FirstPass, take_first_pass
from benchmark.profiling.footprint import measure_footprint
from benchmark.profiling.null import NullCaptioner
from benchmark.profiling.offline import time_batches
from benchmark.profiling.profile import Harness, Scenarios, SystemProfile
from benchmark.profiling.queueing import Drawn, draw_on
from benchmark.profiling.request import ProfileRequest
from benchmark.profiling.server import time_server
from benchmark.profiling.single_stream import time_stream
from benchmark.runs.timing import SingleStream
from benchmark.stats.percentiles import Percentiles
from benchmark.systems.disclosure import read_disclosure

_N_NULL_CALLS = 100


def profile_system(
    request: ProfileRequest, started_ns: int, first_prepare_s: float
) -> SystemProfile:
    """Profile the one system of a request.

    Args:
        request: names one system, whose built things are in the store already.
        started_ns: when the process was started, by ``time.monotonic_ns``.
        first_prepare_s: what getting ready took in the process that built them.

    Raises:
        BenchError: the request cannot be met, or the system cannot get ready.
        PluginError: a call of the first pass failed.
        DataError: a sound cannot be read.
    """
    with ExitStack() as stack:
        return _profile(request, prepare_system(request, started_ns, stack), first_prepare_s)


def _profile(request: ProfileRequest, ready: ReadySystem, first_prepare_s: float) -> SystemProfile:
    timeout_s = request.patience.timeout_s
    stream = SingleStream(ready.listener, ready.sample_rate_hz, timeout_s, request.limit_s)
    n_least = max(request.batch_sizes) if "offline" in request.scenarios else 1
    first = take_first_pass(stream, ready.captioner, ready.clip_ids, n_least)
    scenarios = _run_scenarios(request, ready, stream, first)
    footprint = measure_footprint(ready)  # before anything else is done
    return SystemProfile(
        kind=ready.system.spec.kind,
        distribution=ready.system.provenance.distribution,
        version=ready.system.provenance.version,
        facts=dict(read_disclosure(ready.captioner, timeout_s).facts),
        n_clips=len(first.calls),
        cold_start=_cold_start(ready, first, first_prepare_s),
        footprint=footprint,
        harness=_time_harness(stream, first),
        scenarios=scenarios,
        machine=describe_machine(),
    )


def _run_scenarios(
    request: ProfileRequest, ready: ReadySystem, stream: SingleStream, first: FirstPass
) -> Scenarios:
    """Run what was asked for; the server's rate may follow from the single stream."""
    n_queries, limit_s = request.n_queries, request.limit_s
    timeout_s = request.patience.timeout_s
    scenarios = Scenarios()
    calls_s = [timed.call.seconds for timed in first.calls[1:] or first.calls]
    if "single-stream" in request.scenarios:
        streamed = time_stream(ready, stream, first, n_queries)
        calls_s = list(streamed.calls_s)
        scenarios = dataclasses.replace(scenarios, single_stream=streamed)
    if "offline" in request.scenarios:
        batches = [
            time_batches(
                ready.captioner, first, batch_size, n_queries, limit_s, timeout_s=timeout_s
            )
            for batch_size in request.batch_sizes
        ]
        scenarios = dataclasses.replace(scenarios, offline=tuple(batches))
    if "server" in request.scenarios:
        rate_qps = request.rate_qps or request.load / float(np.mean(calls_s))
        asked = Drawn(n_queries, limit_s)
        served = time_server(
            ready.captioner,
            first,
            rate_qps,
            *draw_on(asked, calls_s, rate_qps, request.draw_on_s),
            request.seed,
            timeout_s=timeout_s,
        )
        served = dataclasses.replace(served, load=None if request.rate_qps else request.load)
        scenarios = dataclasses.replace(scenarios, server=served)
    return scenarios


def _cold_start(ready: ReadySystem, first: FirstPass, first_prepare_s: float) -> ColdStart:
    return ColdStart(
        import_s=ready.import_s,
        plan_s=ready.plan_s,
        prepare_s=ready.prepare_s,
        read_s=first.calls[0].read_s,
        first_call_s=first.calls[0].call.seconds,
        first_prepare_s=first_prepare_s,
    )


def _time_harness(stream: SingleStream, first: FirstPass) -> Harness:
    """Time calls that do nothing."""
    clip_ids = [clip.clip_id for clip in first.cycled(_N_NULL_CALLS)]
    calls = stream.time_calls(NullCaptioner(), clip_ids)
    return Harness(len(calls), Percentiles.of([timed.call.seconds for timed in calls]))
