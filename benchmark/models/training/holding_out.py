"""What is kept from training, to tell the best epoch by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def hold_out(
    n_items: int, n_out: int, seed: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw what is held out of training: whole clips, say, whose captions go with them.

    Args:
        n_items: how many there are.
        n_out: how many are held out; the first of a permutation of all.
        seed: of the permutation: the run's, and a number that no other draw has.

    Returns:
        Two ascending arrays of numbers from 0: those that train, those held out.
    """
    order = np.random.default_rng(seed).permutation(n_items)
    return np.sort(order[n_out:]), np.sort(order[:n_out])
