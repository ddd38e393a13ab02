"""Work that may take only so long: an alarm ends it, in this thread, where one can be set."""

from __future__ import annotations

import contextvars
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

T = TypeVar("T")

_AGAIN_S = 1.0
"""Between two alarms: what swallows the first one hears the next."""


class OutOfTimeError(Exception):
    """Work took longer than it may.

    Attributes:
        is_over: the work has ended. Else it goes on in a thread that nobody waits for.
    """

    def __init__(self, message: str, *, is_over: bool) -> None:
        super().__init__(message)
        self.is_over = is_over


class _Rung(BaseException):
    """Ends the work; no ``Exception``, so that what tries again on any error does not on this."""


def call_within(work: Callable[[], T], limit_s: float | None, *, name: str) -> T:
    """Do some work, unless it takes too long.

    In the main thread an alarm (SIGALRM) ends it wherever Python runs: it raises in sleeping,
    reading, waiting and computing alike. Code that was compiled and does not come back cannot be
    ended from inside; see ``ending_this_process``. In another thread, or while somebody else has
    set an alarm, the work is done in a thread of its own, which is left behind if it is late.

    Args:
        work: what is done.
        limit_s: seconds it may take; None waits for ever.
        name: of the work, for messages.

    Raises:
        OutOfTimeError: it took longer; its cause is what was raised where the work was.
        BaseException: whatever else the work raises.
    """
    if limit_s is None:
        return work()
    late = f"{name} took longer than {limit_s:g} s"
    if threading.current_thread() is threading.main_thread() and not _has_alarm():
        return _Alarm(limit_s, late).watch(work)
    return _call_aside(work, limit_s, late)


def wait_until(is_so: Callable[[], bool], patience_s: float) -> bool:
    """Look again and again until something is so, but not longer than some seconds.

    Returns:
        Whether it is.
    """
    end_s, pause_s = time.monotonic() + patience_s, 0.001
    while not is_so():
        if time.monotonic() > end_s:
            return False
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, 0.05)
    return True


def _has_alarm() -> bool:
    return signal.getitimer(signal.ITIMER_REAL)[0] > 0


class _Alarm:
    def __init__(self, limit_s: float, late: str) -> None:
        self._limit_s = limit_s
        self._late = late
        self._is_set = False
        self._has_rung = False

    def watch(self, work: Callable[[], T]) -> T:
        former = signal.signal(signal.SIGALRM, self._ring)
        try:
            outcome = self._do(work)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self._unset()  # where it rang on the way out
            if self._has_rung:
                raise OutOfTimeError(self._late, is_over=True) from error
            raise
        finally:
            signal.signal(signal.SIGALRM, former)
        if self._has_rung:  # and the work took no notice
            raise OutOfTimeError(self._late, is_over=True)
        return outcome

    def _do(self, work: Callable[[], T]) -> T:
        try:
            self._is_set = True
            signal.setitimer(signal.ITIMER_REAL, self._limit_s, _AGAIN_S)
            return work()
        finally:
            self._unset()

    def _unset(self) -> None:
        self._is_set = False
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if self._is_set:
            self._has_rung = True
            raise _Rung


def _call_aside(work: Callable[[], T], limit_s: float, late: str) -> T:
    done: list[T] = []
    raised: list[BaseException] = []

    def note() -> None:
        try:
            done.append(work())
        except BaseException as error:
            raised.append(error)

    context = contextvars.copy_context()  # so that its stages are heard
    thread = threading.Thread(target=context.run, args=(note,), daemon=True)
    thread.start()
    thread.join(limit_s)
    if raised:
        raise raised[0]
    if not done:
        raise OutOfTimeError(late, is_over=False)
    return done[0]
