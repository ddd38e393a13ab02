"""What is done for several systems at once, before one after the other captions alone."""

from __future__ import annotations

import dataclasses
import os
import select
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial

from benchmark.errors import RunError, describe
from benchmark.files import parse_json
from benchmark.machine.facts import usable_cores
from benchmark.machine.forks import can_copy, ending_forks, import_ahead
from benchmark.machine.isolation import Isolation
from benchmark.machine.progress import Bar, progress_bar
from benchmark.machine.typed_json import read_as
from benchmark.runs.isolation.channel import Channel, Kind
from benchmark.runs.isolation.messages import Done, spell
from benchmark.runs.isolation.orders import Work
from benchmark.runs.isolation.processes import Child, start_copy
from benchmark.runs.passes import is_done
from benchmark.runs.plan import Plan
from benchmark.systems.calling import prepare_captioner
from benchmark.systems.lending import close_captioner, lent_scratch

_GLANCE_S = 0.2
"""How often children that say nothing are looked at."""
_SAVING_S = 60.0
"""How long they may take once they were interrupted: a training writes its checkpoint meanwhile."""
_GRACE_S = 5.0
"""What they get beyond the limit that they hold themselves to."""
_THREAD_LIMITS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def get_ahead(works: Sequence[Work], plan: Plan, isolation: Isolation) -> Iterator[Work]:
    """Yield what is to be done, one system after the other, and do before what serves several.

    First come systems that name no imports, in their order: copies of a process that has loaded
    nothing. Then the imports that most others name are made once, and what they build ahead is
    built, several at a time. While a system captions nothing of that goes on.

    Args:
        works: of a run, in the plan's order.
        plan: of the run.
        isolation: without processes of their own all is left as it is.
    """
    left = [work for work in works if not is_done(work.system, work.clips, work.view)]
    copied = [work for work in left if not plan.requirements_of(work.system.name)]
    builders = [work for work in copied if work.system.spec.builds_ahead > 0]
    modules = _named_by_most(copied)
    is_apart = isolation != "none" and plan.device == "cpu" and can_copy()
    if not is_apart or not (modules or len(builders) > 1):
        yield from works
        return
    light = [work for work in works if not work.system.spec.imports and work not in builders]
    yield from light
    import_ahead(modules)
    took_s = build_ahead(builders, modules)
    for work in works:
        if work not in light:
            yield dataclasses.replace(work, ahead_s=took_s.get(work.system.name, 0.0))


def _named_by_most(works: Sequence[Work]) -> tuple[str, ...]:
    """Return the imports that most systems name; nothing where it is one alone."""
    counts = Counter(work.system.spec.imports for work in works if work.system.spec.imports)
    if not counts:
        return ()
    modules, n_systems = counts.most_common(1)[0]
    return modules if n_systems > 1 else ()


def build_ahead(works: Sequence[Work], modules: Sequence[str] = ()) -> dict[str, float]:
    """Get systems ready beside each other, in processes that are thrown away.

    What they keep is there afterwards. Each has its share of the cores. What fails here fails
    again, and is told, when the system gets ready to caption; until then it says nothing.

    Args:
        works: two or more, or nothing is done.
        modules: what was imported for them ahead.

    Returns:
        By system the seconds that it took.
    """
    n_at_once = min(usable_cores(), len(works))
    if n_at_once < 2 or not can_copy(modules):
        return {}
    waiting = sorted(works, key=lambda work: -work.system.spec.builds_ahead)
    # A thread that draws would keep this process from being copied.
    with progress_bar("getting ready", len(works), has_thread=False) as bar:
        nursery = _Nursery(waiting, n_at_once, usable_cores() // n_at_once, bar)
        try:
            while nursery.goes_on():
                pass
        except (KeyboardInterrupt, SystemExit):
            nursery.let_them_save()
            raise
        finally:
            nursery.end()
    return nursery.took_s


@dataclass(slots=True)
class _Nursery:
    """Systems that get ready at once, those that wait for a place, and how long others took."""

    waiting: list[Work]
    n_at_once: int
    n_threads: int
    bar: Bar
    running: dict[Child, _Place] = field(default_factory=dict)
    took_s: dict[str, float] = field(default_factory=dict)

    def goes_on(self) -> bool:
        """Fill places, wait until something happens, and clear them; return whether any is left."""
        while self.waiting and len(self.running) < self.n_at_once:
            work = self.waiting.pop(0)
            child = start_copy(partial(_get_ready, work=work, n_threads=self.n_threads))
            self.running[child] = _Place(work, time.monotonic())
        if not self.running:
            return False
        names = ", ".join(place.work.system.name for place in self.running.values())
        self.bar.describe(f"getting ready: {names}")
        select.select([child.channel for child in self.running], [], [], _GLANCE_S)
        for child, place in list(self.running.items()):
            said = _hear(child)
            if said is not None or child.is_over or place.is_late:
                child.end()
                del self.running[child]
                self.bar.advance()
                if said is not None and said.failure is None:
                    self.took_s[place.work.system.name] = time.monotonic() - place.started_s
        return True

    def let_them_save(self) -> None:
        """Interrupt what runs, and wait until it has ended; a second interrupt kills it."""
        for child in self.running:
            child.signal(signal.SIGINT)
        end_s = time.monotonic() + _SAVING_S
        with suppress(KeyboardInterrupt):
            for child in self.running:
                child.wait(max(0.0, end_s - time.monotonic()))

    def end(self) -> None:
        for child in self.running:
            child.end()


@dataclass(frozen=True, slots=True)
class _Place:
    """A system that gets ready, and since when."""

    work: Work
    started_s: float

    @property
    def is_late(self) -> bool:
        """Whether it takes longer than it may, and did not hold itself to that."""
        limit_s = self.work.clips.feeding.patience.limit_of_preparing(self.work.system.spec)
        return limit_s is not None and time.monotonic() > self.started_s + limit_s + _GRACE_S


def _hear(child: Child) -> Done | None:
    """Hear whether a child is done; None where it is not, or ended without a word."""
    try:
        message = child.channel.receive(0)
        if message is None or message.kind is not Kind.DONE:
            return None
        return read_as(Done, parse_json(message.body), "a message")
    except (EOFError, ValueError, RunError):
        return None


def _get_ready(channel: Channel, work: Work, n_threads: int) -> int:
    """Get a system ready and throw it away, as a process of its own; return its exit code."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
    limit_threads(n_threads)
    spec, failure = work.system.spec, None
    limit_s = work.clips.feeding.patience.limit_of_preparing(spec)
    try:
        with ending_forks(), ExitStack() as stack:
            resources = stack.enter_context(lent_scratch(work.resources))
            close_captioner(prepare_captioner(spec, resources, work.system.options, limit_s))
    except Exception as error:
        failure = describe(error)
    with suppress(OSError):  # nobody is there any more
        channel.send(Kind.DONE, spell(Done(failure)))
    return 0


def limit_threads(n_threads: int) -> None:
    """Let libraries of this process compute in so many threads at most; fewer stay fewer."""
    for name in _THREAD_LIMITS:
        set_before = os.environ.get(name, "")
        if not set_before.isdecimal() or int(set_before) > n_threads:
            os.environ[name] = str(n_threads)
    torch = sys.modules.get("torch")
    if torch is not None and torch.get_num_threads() > n_threads:
        torch.set_num_threads(n_threads)
