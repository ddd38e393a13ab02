"""Times fixed work beside each call: the ratio of both hardly depends on the machine's speed."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

_N_MATRICES, _WIDTH, _N_PRODUCTS = 64, 64, 6
_N_STEPS = 24_000
_N_FLOATS, _N_GATHERS = 1 << 20, 2


class Calibration:
    """Some 5 to 10 ms of what captioners do, about a third each, always the same, in one thread.

    * Products of 64 x 64 matrices, single precision: arithmetic. BLAS libraries do not deal
      products this small out to threads.
    * A loop in pure Python: the interpreter.
    * Gathers of 4 MiB in random order, more than a core's own caches usually hold: the way to
      memory.

    A call's seconds over those of this work, timed right after it, are a figure of the system
    rather than of the machine: on a machine that is twice as slow in all of these, both double. So
    do they, if a neighbour takes half of the processor for longer than a call. What does not
    cancel: a graphics processor, several threads, sleep and input; ratios of such calls compare
    only on one machine.
    """

    def __init__(self) -> None:
        """Lay the data out, and do the work once untimed."""
        rng = np.random.default_rng(0)
        shape = (_N_MATRICES, _WIDTH, _WIDTH)
        self._matrices = rng.standard_normal(shape, dtype=np.float32)
        self._factor = rng.standard_normal((_WIDTH, _WIDTH), dtype=np.float32)
        self._products = np.empty(shape, dtype=np.float32)
        self._source = rng.standard_normal(_N_FLOATS, dtype=np.float32)
        self._order = rng.permutation(_N_FLOATS)
        self._target: NDArray[np.float32] = np.empty_like(self._source)
        self.seconds()

    def seconds(self) -> float:
        """Do the work and tell how long it took."""
        start_ns = time.perf_counter_ns()
        for _ in range(_N_PRODUCTS):
            np.matmul(self._matrices, self._factor, out=self._products)
        _count(_N_STEPS)
        for _ in range(_N_GATHERS):
            np.take(self._source, self._order, out=self._target, mode="clip")
        return (time.perf_counter_ns() - start_ns) / 1e9


def _count(n_steps: int) -> int:
    state = 1
    for _ in range(n_steps):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF  # a linear congruential generator
    return state
