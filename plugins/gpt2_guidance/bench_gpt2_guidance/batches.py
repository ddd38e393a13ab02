"""The order of captions in training, from the seed and the epoch alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from bench_gpt2_guidance.triplets import Rows

_ORDER, _DRAWS = 11, 12  # streams of randomness besides those of module 1


class Batch(NamedTuple):
    """Some captions of an epoch.

    Attributes:
        epoch: counted from 0.
        number: of the batch in the epoch, from 0.
        rows: ``(n_captions,)``.
    """

    epoch: int
    number: int
    rows: Rows

    def rng(self, seed: int) -> Generator:
        """Return a generator for what is drawn for this batch."""
        return np.random.default_rng([seed, _DRAWS, self.epoch, self.number])


def shuffled_batches(rows: Rows, size: int, seed: int, epoch: int) -> list[Batch]:
    """Cut shuffled rows into batches; the last one may hold fewer."""
    order = np.random.default_rng([seed, _ORDER, epoch]).permutation(rows)
    starts = range(0, len(order), size)
    return [Batch(epoch, at, order[start : start + size]) for at, start in enumerate(starts)]
