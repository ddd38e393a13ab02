"""Gets a system ready from a cold start, and notes the seconds of each step on the way."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmark.artifacts import used_artifacts
from benchmark.contract import Captioner
from benchmark.errors import PluginError, describe
from benchmark.machine.clock import since
from benchmark.machine.memory import PeakMemory, watched_memory
from benchmark.profiling.request import ProfileRequest
from benchmark.runs.folds import fold_clip_ids, spread
from benchmark.runs.listening import Listener
from benchmark.runs.resolve import resolve_run
from benchmark.systems.calling import prepare_captioner, sample_rate_of
from benchmark.systems.disclosure import read_disclosure
from benchmark.systems.lending import ClipFiles, closing, lent_scratch
from benchmark.systems.registry import System, load_registry


@dataclass(frozen=True, slots=True)
class ColdStart:
    """The steps from the start of a process to a system's first caption.

    Attributes:
        import_s: seconds to start the interpreter, this package and plugins' modules.
        plan_s: to look through the data set; not part of the sum, for it is the harness's own.
        prepare_s: to get ready, with what can be built before at hand.
        read_s: to decode and resample the first clip.
        first_call_s: to caption it.
        first_prepare_s: what getting ready took in a process before, which built what it needed.
    """

    import_s: float
    plan_s: float
    prepare_s: float
    read_s: float
    first_call_s: float
    first_prepare_s: float

    @property
    def total_s(self) -> float:
        return self.import_s + self.prepare_s + self.read_s + self.first_call_s

    def to_json(self) -> dict[str, float]:
        return {
            "import_s": self.import_s,
            "plan_s": self.plan_s,
            "prepare_s": self.prepare_s,
            "read_s": self.read_s,
            "first_call_s": self.first_call_s,
            "total_s": self.total_s,
            "first_prepare_s": self.first_prepare_s,
        }


@dataclass(frozen=True, slots=True)
class ReadySystem:
    """A system that is ready, and has not been called yet.

    Attributes:
        system: what it is.
        captioner: prepared.
        clip_ids: what it may be asked, spread over the split.
        listener: reads these.
        sample_rate_hz: at which.
        import_s: see ``ColdStart``, as are ``plan_s`` and ``prepare_s``.
        memory: of the process and of what it starts.
        before_prepare_mib: the most memory the process had held before preparing; None where
            nobody can tell.
        ready_mib: the same after it.
        artifacts: folders of built things that preparing used.
    """

    system: System
    captioner: Captioner
    clip_ids: tuple[str, ...]
    listener: Listener
    sample_rate_hz: int
    import_s: float
    plan_s: float
    prepare_s: float
    memory: PeakMemory
    before_prepare_mib: float | None
    ready_mib: float | None
    artifacts: tuple[Path, ...]


def prepare_system(request: ProfileRequest, started_ns: int, stack: ExitStack) -> ReadySystem:
    """Find and prepare the one system of a request.

    Args:
        request: names one system.
        started_ns: when the process was started, by ``time.monotonic_ns``.
        stack: takes what is to be done once the system is not needed any more.

    Raises:
        BenchError: the request cannot be met.
        PluginError: the system cannot get ready.
    """
    registry = load_registry()
    import_s = (time.monotonic_ns() - started_ns) / 1e9
    start_ns = time.perf_counter_ns()
    planned = resolve_run(request.to_run(), registry, is_pinned=False)
    (system,) = planned.systems
    resources = stack.enter_context(lent_scratch(planned.resources_for(system)))
    listener = Listener(planned.split, text_only=False, budget_bytes=0)
    if system.spec.needs_file:
        apart = stack.enter_context(lent_scratch(resources))
        listener = listener.lending(ClipFiles(apart.scratch))
    memory = stack.enter_context(watched_memory())
    plan_s = since(start_ns)
    before_mib = memory.peak_mib
    start_ns = time.perf_counter_ns()
    with used_artifacts() as artifacts:
        try:
            limit_s = request.patience.limit_of_preparing(system.spec)
            captioner = prepare_captioner(system.spec, resources, system.options, limit_s)
            stack.enter_context(closing(captioner, system.name))
            read_disclosure(
                captioner, request.patience.timeout_s
            )  # better refused now than after all scenarios
        except Exception as error:
            raise PluginError(f"while preparing: {describe(error)}") from error
    prepare_s = since(start_ns)
    memory.look()
    clip_ids = fold_clip_ids(system, planned.split, planned.plan.clip_ids, 0)
    return ReadySystem(
        system=system,
        captioner=captioner,
        clip_ids=tuple(spread(clip_ids, request.n_queries)),
        listener=listener,
        sample_rate_hz=sample_rate_of(captioner, system.spec),
        import_s=import_s,
        plan_s=plan_s,
        prepare_s=prepare_s,
        before_prepare_mib=before_mib,
        memory=memory,
        ready_mib=memory.peak_mib,
        artifacts=tuple(artifacts),
    )
