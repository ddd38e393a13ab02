"""Rows that a name decides, and what adds them to shards: processes import it by this name."""

from __future__ import annotations

import hashlib
import itertools

import numpy as np

from benchmark.embeddings import shards
from benchmark.embeddings.shards import VectorFiles


def key(name):
    return hashlib.blake2b(str(name).encode(), digest_size=32).digest()


def rows(seed, n_rows=1, dim=4):
    return np.random.default_rng(seed).normal(size=(n_rows, dim)).astype(np.float32)


def some(names, n_rows=1):
    return {key(name): rows(name, n_rows) for name in names}


def assert_holds(files, names, n_rows=1):
    found = files.read([key(name) for name in names])
    for name in names:
        np.testing.assert_array_equal(found[key(name)], rows(name, n_rows))


def add_one_by_one(folder, names):
    files = VectorFiles(folder)
    for name in names:
        files.add(some([name]))
        assert_holds(files, [name])


def add_and_merge(folder, names, most_small):
    """Add vectors one by one and merge them after every few."""
    shards._MOST_SMALL = most_small
    files = VectorFiles(folder)
    for name in names:
        # As a store does: what is looked for in vain makes it list what others have added.
        if not files.read([key(name)]):
            files.add(some([name]))
        assert_holds(files, [name])


def add_for_ever(folder, most_small, seed):
    """Add vectors that others add, too, until somebody kills this process."""
    shards._MOST_SMALL = most_small
    files = VectorFiles(folder)
    order = np.random.default_rng(seed)
    for _ in itertools.count():
        names = order.integers(0, 120, 3).tolist()
        known = files.read([key(name) for name in names])
        files.add(some(name for name in names if key(name) not in known))
