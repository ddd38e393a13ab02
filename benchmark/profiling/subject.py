"""A system got ready from a cold start, with the seconds of each step on the way."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmark.artifacts import used_artifacts
from benchmark.contract import Captioner
from benchmark.errors import PluginError, describe
from benchmark.machine.clock import since
from benchmark.machine.facts import peak_rss_mib
from benchmark.profiling.request import ProfileRequest
from benchmark.runs.folds import fold_clip_ids, spread
from benchmark.runs.listening import Listener
from benchmark.runs.resolve import plan_run
from benchmark.systems.calling import prepare_captioner, sample_rate_of
from benchmark.systems.disclosure import read_disclosure
from benchmark.systems.registry import System, load_registry


@dataclass(frozen=True, slots=True)
class Subject:
    """A system that is ready, and has not been called yet.

    Attributes:
        system: what it is.
        captioner: prepared.
        clip_ids: what it may be asked, spread over the split.
        listener: reads these.
        sample_rate_hz: at which.
        steps_s: seconds from the start of the process: ``import_s`` (interpreter, this package,
            plugins' modules), ``plan_s`` (looking through the data set), ``prepare_s``.
        peaks_mib: the most memory the process had held before preparing, and after.
        artifacts: folders of built things that preparing used.
    """

    system: System
    captioner: Captioner
    clip_ids: tuple[str, ...]
    listener: Listener
    sample_rate_hz: int
    steps_s: Mapping[str, float]
    peaks_mib: Mapping[str, float | None]
    artifacts: tuple[Path, ...]


def prepare_subject(request: ProfileRequest, started_ns: int) -> Subject:
    """Find and prepare the one system of a request.

    Args:
        request: names one system.
        started_ns: when the process was started, by ``time.monotonic_ns``.

    Raises:
        BenchError: the request cannot be met.
        PluginError: the system cannot get ready.
    """
    registry = load_registry()
    steps_s = {"import_s": (time.monotonic_ns() - started_ns) / 1e9}
    start_ns = time.perf_counter_ns()
    planned = plan_run(request.to_run(), registry)
    (system,) = planned.systems
    resources = planned.resources_for(system)
    steps_s["plan_s"] = since(start_ns)
    before_mib = peak_rss_mib()
    start_ns = time.perf_counter_ns()
    with used_artifacts() as artifacts:
        try:
            captioner = prepare_captioner(system.spec, resources, system.options)
            read_disclosure(captioner)  # better refused now than after all scenarios
        except Exception as error:
            raise PluginError(f"while preparing: {describe(error)}") from error
    steps_s["prepare_s"] = since(start_ns)
    clip_ids = fold_clip_ids(system, planned.split, planned.plan.clip_ids, 0)
    return Subject(
        system=system,
        captioner=captioner,
        clip_ids=tuple(spread(clip_ids, request.n_queries)),
        listener=Listener(planned.split, text_only=False, budget_bytes=0),
        sample_rate_hz=sample_rate_of(captioner, system.spec),
        steps_s=steps_s,
        peaks_mib={"before_prepare_mib": before_mib, "ready_mib": peak_rss_mib()},
        artifacts=tuple(artifacts),
    )
