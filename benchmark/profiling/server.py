"""Captions clips that arrive at random times, one at a time (MLPerf Inference's "server").

Arrivals are a Poisson process. A query's latency counts from its arrival, so that it holds the
time it stood in the queue: what a user waits for, and what grows without bound as the load nears
what the system can do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmark.contract import Captioner, Clip
from benchmark.errors import describe
from benchmark.profiling.first_pass import FirstPass
from benchmark.profiling.queueing import Needed, n_needed_by, queue_percentiles
from benchmark.stages import caches_off
from benchmark.stats.percentiles import Percentiles
from benchmark.systems.calling import call_captioner

_SPIN_NS = 200_000
_SECOND_NS = 1_000_000_000
MOST_QPS = 10_000
"""A query costs this server some microseconds itself; above this they would be what is timed."""


class Clock(Protocol):
    """Tells the time, and waits."""

    def now_ns(self) -> int:
        """Tell nanoseconds since some moment."""
        ...

    def sleep_until(self, moment_ns: int) -> None:
        """Return at a moment, or at once where it has passed."""
        ...


class WallClock:
    """The machine's clock; it sleeps, and watches for the last 0.2 ms."""

    def now_ns(self) -> int:
        return time.perf_counter_ns()

    def sleep_until(self, moment_ns: int) -> None:
        while (left_ns := moment_ns - self.now_ns()) > 0:
            if left_ns > _SPIN_NS:
                time.sleep((left_ns - _SPIN_NS) / _SECOND_NS)


class Query(NamedTuple):
    """One clip's way through the server, in nanoseconds since the clock was started."""

    arrival_ns: int
    start_ns: int
    finish_ns: int


def poisson_arrivals(rate_qps: float, n_queries: int, seed: int) -> NDArray[np.int64]:
    """Draw when queries come: ``(n_queries,)``, nanoseconds, ascending.

    The gaps between them are independent and exponential, ``1 / rate_qps`` on average.
    """
    gaps_s = np.random.default_rng(seed).exponential(1 / rate_qps, n_queries)
    return np.round(np.cumsum(gaps_s) * _SECOND_NS).astype(np.int64)


def serve(
    arrivals_ns: Sequence[int], answer: Callable[[int], bool], limit_s: float, clock: Clock
) -> list[Query]:
    """Answer queries in the order of their arrival, one at a time.

    Args:
        arrivals_ns: ascending.
        answer: answers a query by its number; False: it failed, and the server closes.
        limit_s: no answer begins later than this.
        clock: by which they come.

    Returns:
        The queries that were answered.
    """
    opened_ns = clock.now_ns()
    served = []
    for number, arrival_ns in enumerate(int(moment) for moment in arrivals_ns):
        clock.sleep_until(opened_ns + arrival_ns)
        start_ns = clock.now_ns() - opened_ns
        if start_ns > limit_s * _SECOND_NS or not answer(number):
            break
        served.append(Query(arrival_ns, start_ns, clock.now_ns() - opened_ns))
    return served


@dataclass(frozen=True, slots=True)
class Served:
    """Queries and what became of them.

    Attributes:
        rate_qps: of the arrivals that were asked for.
        n_arrived: queries that came before the time was up.
        queries: those that were answered.
        void: why the times mean nothing, else None.
        load: the rate as a share of what the system answers one by one; None where the rate
            itself was asked for.
    """

    rate_qps: float
    n_arrived: int
    queries: tuple[Query, ...]
    void: str | None = None
    load: float | None = None

    @property
    def achieved_qps(self) -> float | None:
        """Answers a second."""
        return len(self.queries) / self._span_s if self._span_s > 0 else None

    @property
    def utilisation(self) -> float | None:
        """Share of the time in which the server was busy."""
        return self._busy_s / self._span_s if self._span_s > 0 else None

    @property
    def mean_service_s(self) -> float | None:
        return self._busy_s / len(self.queries) if self.queries else None

    @property
    def mean_wait_s(self) -> float | None:
        """Mean seconds that a query stood in the queue."""
        arrived, started, _ = self._times_s
        return float((started - arrived).mean()) if self.queries else None

    @property
    def latencies_s(self) -> list[float]:
        """Seconds from arrival to answer, in the order of arrival."""
        arrived, _, finished = self._times_s
        latencies: list[float] = (finished - arrived).tolist()
        return latencies

    @property
    def seconds(self) -> Percentiles:
        """Percentiles of latencies with bounds that count that waits hang together.

        None where this load takes more queries, see ``n_needed``: who comes after one that waited
        waits too, and so few busy times say little of the next.
        """
        return queue_percentiles(self.latencies_s, len(self.queries), self.n_needed)

    @property
    def n_needed(self) -> Needed:
        """How many queries each percentile takes at this load."""
        _, started, finished = self._times_s
        return n_needed_by(finished - started, self.rate_qps)

    @property
    def shortage(self) -> str | None:
        """Say which percentiles are missing and what they take; None where all are there."""
        if self.void is not None or not self.queries:
            return None
        missing = [name for name, found in self.seconds._asdict().items() if found is None]
        needed = {name: self.n_needed[name] for name in missing}
        if not missing:
            return None
        if None in needed.values():
            return "no percentiles: clips came faster than they were answered, so waits grow on"
        n_twice = 2 * len(self.queries)
        counts = ", ".join(
            f"{name} some {count if count > len(self.queries) else n_twice:,}"
            for name, count in needed.items()
            if count is not None
        )
        return f"{len(self.queries):,} queries at this load bound too little: {counts} would do"

    @property
    def _times_s(self) -> NDArray[np.float64]:
        """``(3, n)``: arrivals, starts and finishes."""
        return np.array(self.queries, dtype=np.float64).reshape(-1, 3).T / _SECOND_NS

    @property
    def _span_s(self) -> float:
        return float(self._times_s[2, -1]) if self.queries else 0.0

    @property
    def _busy_s(self) -> float:
        _, started, finished = self._times_s
        return float((finished - started).sum())

    def to_json(self) -> dict[str, object]:
        return {
            "load": self.load,
            "rate_qps": self.rate_qps,
            "n_arrived": self.n_arrived,
            "n_answered": len(self.queries),
            "achieved_qps": self.achieved_qps,
            "utilisation": self.utilisation,
            "mean_service_s": self.mean_service_s,
            "mean_wait_s": self.mean_wait_s,
            **self.seconds.to_json(),
            **{f"n_for_{name}": count for name, count in self.n_needed.items()},
            "latencies_s": self.latencies_s,
            "void": self.void,
        }


def time_server(
    captioner: Captioner,
    first: FirstPass,
    rate_qps: float,
    n_queries: int,
    limit_s: float,
    seed: int,
    *,
    timeout_s: float | None = None,
) -> Served:
    """Caption clips that arrive at a given rate, one a call, with every cache off.

    Args:
        captioner: ready and warm.
        first: its clips come in turn, and its captions are expected.
        rate_qps: clips a second.
        n_queries: how many come, at most.
        limit_s: none comes later than this, nor is begun later than twice this.
        seed: of the arrivals.
        timeout_s: seconds a call may take; None waits for ever.
    """
    if rate_qps > MOST_QPS:
        return Served(rate_qps, 0, (), f"more than {MOST_QPS:,} a second are not told apart")
    arrivals = poisson_arrivals(rate_qps, n_queries, seed)
    arrivals = arrivals[arrivals <= limit_s * _SECOND_NS]
    if not len(arrivals):
        return Served(rate_qps, 0, (), f"none came within {limit_s:g} s at {rate_qps:g} a second")
    clips = first.cycled(len(arrivals))
    captions: list[str] = []
    errors: list[str] = []

    def answer(number: int) -> bool:
        call = call_captioner(captioner, [clips[number]], timeout_s)
        if call.error is not None:
            errors.append(f"a call failed: {describe(call.error)}")
        captions.extend(call.captions or ())
        return call.error is None

    with caches_off():
        queries = serve(arrivals.tolist(), answer, 2 * limit_s, WallClock())
    void = next(iter(errors), None) or _why_void(first, clips, captions)
    return Served(rate_qps, len(arrivals), tuple(queries), void)


def _why_void(first: FirstPass, clips: Sequence[Clip], captions: Sequence[str]) -> str | None:
    if n_differing := first.n_differing(clips[: len(captions)], captions):
        return f"{n_differing} captions differ from the first pass"
    if n_left := len(clips) - len(captions):
        return f"overloaded: {n_left} of {len(clips)} clips were still waiting when time was up"
    return None
