"""Where things lie on this machine: data sets, caches, runs."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from benchmark.artifacts import Artifacts
from benchmark.errors import MachineError
from benchmark.machine.leftovers import sweep_leftovers

APP = "aac-bench"
_swept: set[Path] = set()
"""Cache folders that this process has looked through."""


def data_root(named: Path | None = None) -> Path:
    """Find the folder that holds the data sets: ``named``, else BENCH_DATA, else the platform's.

    Raises:
        MachineError: the path is a file.
    """
    if named is not None:
        root, source = named, "--data-root"
    elif text := os.environ.get("BENCH_DATA"):
        root, source = Path(text), "BENCH_DATA"
    else:
        root, source = Path(platformdirs.user_data_dir(APP, appauthor=False)), "the platform"
    if root.exists() and not root.is_dir():
        raise MachineError(
            f"the data root {root} (from {source}) is a file; expected a folder that holds "
            "audiocaps/ or clotho/."
        )
    return root.expanduser()


def cache_root() -> Path:
    """Find the folder for rebuildable things: BENCH_CACHE, else the platform's cache folder."""
    named = os.environ.get("BENCH_CACHE")
    return Path(named or platformdirs.user_cache_dir(APP, appauthor=False)).expanduser()


def models_root() -> Path:
    """Find the folder of models, one folder for each: BENCH_MODELS, else the platform's."""
    if named := os.environ.get("BENCH_MODELS"):
        return Path(named).expanduser()
    return Path(platformdirs.user_data_dir(APP, appauthor=False)) / "models"


def artifacts() -> Artifacts:
    """Open the store of built things under the cache root.

    What killed processes left in the cache goes first, once a process.
    """
    root = cache_root()
    if root not in _swept:
        _swept.add(root)
        sweep_leftovers(root, models_root())
    return Artifacts(root / "artifacts")
