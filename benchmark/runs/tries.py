"""Clips that a captioner is asked for until there are captions, or none is to be had."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmark.errors import PluginError, describe
from benchmark.runs.listening import Heard
from benchmark.runs.patience import Patience
from benchmark.systems.calling import Call, CallTimeoutError

MOST_LATE = 2
"""Clips in a row that may run out of time before a system is stopped, whatever it is borne."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of some clips, after one call or more.

    Attributes:
        heard: the clips of the last call.
        call: the last one.
        n_tries: calls that these clips went through.
    """

    heard: tuple[Heard, ...]
    call: Call
    n_tries: int = 1


Ask = Callable[[Sequence[Heard]], Call]
"""Calls a captioner with some clips."""


def try_clips(ask: Ask, heard: Sequence[Heard], patience: Patience) -> Iterator[Tried]:
    """Ask for the captions of a batch; after a failure clip by clip, each as often as it may be.

    Where no failure is borne and nothing is tried again, one call decides.

    Args:
        ask: calls the captioner.
        heard: at least one clip.
        patience: what failures are borne, and how often a clip is tried.

    Yields:
        The batch, or its clips one by one, each when it was tried for the last time.
    """
    first = Tried(tuple(heard), ask(heard))
    if first.call.error is None or not _may_ask_again(first.call.error):
        yield first
        return
    if len(heard) == 1:
        yield _retry(ask, first, patience)
        return
    if not patience.goes_on and not patience.n_retries:
        yield first
        return
    for each in heard:
        yield _retry(ask, Tried((each,), ask([each]), n_tries=2), patience)


def _retry(ask: Ask, tried: Tried, patience: Patience) -> Tried:
    for retry in range(1, patience.n_retries + 1):
        if tried.call.error is None or not _is_worth_a_retry(tried.call.error):
            break
        time.sleep(patience.wait_before(retry))
        tried = dataclasses.replace(tried, call=ask(tried.heard), n_tries=tried.n_tries + 1)
    return tried


def _may_ask_again(error: Exception) -> bool:
    """Tell whether the captioner is not at work any more."""
    return not isinstance(error, CallTimeoutError) or error.is_over


def _is_worth_a_retry(error: Exception) -> bool:
    """Tell whether a failure may pass: who breaks the contract does so again, who hangs, too."""
    return not isinstance(error, CallTimeoutError | PluginError)


class Tally:
    """Counts a system's failures, and says when it has had its share."""

    def __init__(
        self, patience: Patience, n_clips: int, *, n_failed: int = 0, n_late: int = 0
    ) -> None:
        """Begin.

        Args:
            patience: how many are borne.
            n_clips: that the system is to caption.
            n_failed: that failed already.
            n_late: of the last calls, those in a row that were late.
        """
        self.n_failed = n_failed
        self._n_clips = n_clips
        self._n_late = n_late
        self._most = patience.most_failures(n_clips)

    def add(self, tried: Tried) -> str | None:
        """Count some clips; return why the system is to stop: clip, error type and message."""
        error = tried.call.error
        is_late = isinstance(error, CallTimeoutError)
        self._n_late = self._n_late + 1 if is_late else 0
        if error is None:
            return None
        self.n_failed += len(tried.heard)
        reason = f"at clip {tried.heard[0].clip.clip_id!r}: {describe(error)}"
        if not _may_ask_again(error):
            return f"{reason}; the call is still at work"
        return self.judge(reason)

    def judge(self, reason: str) -> str | None:
        """Return why the system is to stop, what is counted being enough; None where it goes on."""
        if self._most is not None and self.n_failed > self._most:
            return reason if self._most == 0 else f"{reason}; {self._count()}"
        if self._n_late >= MOST_LATE:
            return f"{reason}; {self._n_late} clips in a row ran out of time"
        return None

    def _count(self) -> str:
        return (
            f"{self.n_failed:,} of {self._n_clips:,} clips failed, and {self._most:,} may "
            "(--max-failures)"
        )
