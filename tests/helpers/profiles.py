"""A profile, made up: one system with all three scenarios, one that failed."""

from __future__ import annotations

from pathlib import Path

from machines import SERVER
from timed_calls import calls

from benchmark.profiling.cold_start import ColdStart
from benchmark.profiling.footprint import Footprint, Memory, Size
from benchmark.profiling.offline import Batches
from benchmark.profiling.profile import Failure, Harness, Profile, Scenarios, SystemProfile
from benchmark.profiling.request import ProfileRequest
from benchmark.profiling.server import Query, Served
from benchmark.profiling.single_stream import Streamed
from benchmark.runs.timed_calls import summarise_latency
from benchmark.stats.percentiles import Percentiles

CALLS_S = tuple(17 * i % 41 / 1000 for i in range(1, 41))  # 1 to 40 ms, as if shuffled
SCENARIOS = Scenarios(
    single_stream=Streamed(
        summarise_latency(calls(*CALLS_S, stages={"encode": 0.0041}, calibration_s=0.005), []),
        CALLS_S,
    ),
    offline=(
        Batches(1, CALLS_S, 40, 200.0),
        Batches(64, skipped="only 6 different clips are at hand"),
    ),
    server=Served(
        50.0, 7, tuple(Query(at * 10**7, at * 10**7 + 10**6, 10**7 * (at + 1)) for at in range(7)),
        load=0.5,
    ),
)  # fmt: skip
TOY = SystemProfile(
    kind="system",
    distribution="aac-bench-toy",
    version="1.2.3",
    facts={"preset": "none", "n_layers": 3, "scale": 0.5, "is_frozen": True, "seed": None},
    n_clips=6,
    cold_start=ColdStart(1.0, 0.25, 0.5, 0.125, 0.0625, 9.0),
    footprint=Footprint(Memory(100.0, 120.5, 130.0, None), Size(1000, 0.004, 1.5)),
    harness=Harness(100, Percentiles.of([1e-6 * (1 + i % 3) for i in range(100)])),
    scenarios=SCENARIOS,
    machine=SERVER,
)
PROFILE = Profile(
    created_at="2026-01-02T03:04:05+00:00",
    request=ProfileRequest(
        ("toy", "broken"), "folder:clips", Path("data"), ("single-stream", "offline", "server")
    ),
    dataset="folder:clips:test",
    train=None,
    validation=None,
    versions={"aac-bench": "0.1"},
    machine=SERVER,
    outcomes={"toy": TOY, "broken": Failure("no weights", "Traceback ...")},
)
