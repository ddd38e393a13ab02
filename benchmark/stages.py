"""What holds while a call is timed: its time goes to named stages, and caches are off.

Stages cost next to nothing while nobody listens. The bottom of the house: standard library only.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar, Token
from types import TracebackType

STANDARD_STAGES = ("decode", "resample", "encode", "retrieve", "generate")
"""What stages are called where these words fit; others are free."""


def stage(name: str) -> AbstractContextManager[None]:
    """Mark a block as a stage of captioning.

    ``with stage("encode"): ...`` does nothing unless a profile is being taken. Then the block's
    wall-clock seconds count for its name, less those of stages inside it, which count for theirs:
    no second counts twice, and what one thread spends in all stages is at most the length of the
    call. Blocks of one name add up. A thread that a captioner starts itself is not listened to,
    unless it runs in a copy of the context (``contextvars.copy_context().run``). Do not ``yield``
    inside the block.

    Args:
        name: one of ``decode``, ``resample``, ``encode``, ``retrieve``, ``generate``, or a word
            of your own.
    """
    inside = _current.get()
    return _NOTHING if inside is None else _Span(name, inside)


@contextmanager
def collected_stages() -> Iterator[dict[str, float]]:
    """Listen to the stages of the block, also in threads that run in a copy of its context.

    Yields:
        Seconds by name; it fills up while the block runs. A stage still open where the block
        ends does not count. A block inside another keeps its stages to itself.
    """
    spent_s: dict[str, float] = {}
    token = _current.set(_Level(spent_s))
    try:
        yield spent_s
    finally:
        _current.reset(token)


def caches_off() -> AbstractContextManager[None]:
    """Within the block whatever is asked of a cache is computed and not kept, in any thread.

    For timing: a figure that a cache made would be true on the second run only. It counts for
    the whole process, as a captioner may well compute in threads of its own.
    """
    return _caches_off


def are_caches_off() -> bool:
    """Tell whether a call is being timed, so that a cache must neither answer nor fill up."""
    return _caches_off.n_open > 0


@contextmanager
def timed_call() -> Iterator[dict[str, float]]:
    """Turn caches off and listen to the stages of the block, which is the call.

    Yields:
        Seconds by name, as ``collected_stages`` does.
    """
    with caches_off(), collected_stages() as spent_s:
        yield spent_s


def synchronise_device() -> None:
    """Wait until a CUDA device has done what it was given; torch is never imported for it."""
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    if cuda is not None and cuda.is_initialized():
        cuda.synchronize()


class _Blocks:
    """Blocks of a process that are open, whichever threads opened them."""

    def __init__(self) -> None:
        self.n_open = 0
        self._counting = threading.Lock()

    def __enter__(self) -> None:
        with self._counting:
            self.n_open += 1

    def __exit__(self, *_: object) -> None:
        with self._counting:
            self.n_open -= 1


class _Level:
    """What the next stage lies in: another stage, or the whole block that is listened to."""

    def __init__(self, spent_s: dict[str, float]) -> None:
        self.spent_s = spent_s
        self.inner_ns = 0


_caches_off = _Blocks()
_current: ContextVar[_Level | None] = ContextVar("stage", default=None)
_NOTHING: AbstractContextManager[None] = nullcontext()


class _Span(_Level):
    def __init__(self, name: str, outer: _Level) -> None:
        super().__init__(outer.spent_s)
        self._name = name
        self._outer = outer

    def __enter__(self) -> None:
        synchronise_device()  # else what is still under way would count for this stage
        self._token: Token[_Level | None] = _current.set(self)
        self._start_ns = time.perf_counter_ns()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:  # a device that failed says so once
                synchronise_device()
        finally:
            elapsed_ns = time.perf_counter_ns() - self._start_ns
            # Threads side by side may spend more in inner stages than this one lasts.
            own_s = max(0, elapsed_ns - self.inner_ns) / 1e9
            self.spent_s[self._name] = self.spent_s.get(self._name, 0.0) + own_s
            self._outer.inner_ns += elapsed_ns
            _current.reset(self._token)
