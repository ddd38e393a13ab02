"""Threads that each run torch on one core.

Two cores that share each product wait for one another after every operation; on a machine with
other work a wait is a time slice, and most of the time is lost. Independent threads never wait.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Workers:
    """Threads, as many as torch may use; only the caller's own where a GPU does the work."""

    def __init__(self, pool: ThreadPoolExecutor | None, n_threads: int) -> None:
        self._pool = pool
        self.n_threads = n_threads

    def map_in_order(
        self, function: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[Result]:
        """Like ``map``: results come in the order of the items, only a few ahead of use."""
        if self._pool is None:
            yield from map(function, items)
            return
        pending: deque[Future[Result]] = deque()
        try:
            for item in items:
                pending.append(self._pool.submit(function, item))
                if len(pending) > 2 * self.n_threads:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


@contextmanager
def worker_threads(device: str) -> Iterator[Workers]:
    """Start the threads; they end with the block."""
    import torch

    n_threads = torch.get_num_threads()
    if torch.device(device).type != "cpu":
        yield Workers(None, 1)
        return
    with ThreadPoolExecutor(
        n_threads, "bertscore", initializer=torch.set_num_threads, initargs=(1,)
    ) as pool:
        try:
            yield Workers(pool, n_threads)
        finally:
            # A thread's own setting is torch's default for threads to come, too.
            torch.set_num_threads(n_threads)
