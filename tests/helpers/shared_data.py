"""Where the real data lie that tests read: ``../shared``, or the folder BENCH_SHARED names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_ROOT = Path(os.environ.get("BENCH_SHARED") or Path(__file__).resolve().parents[3] / "shared")


def shared_path(relative: str) -> Path:
    """Return a path under the shared folder.

    Where the folder is absent the test is skipped with a notice, unless BENCH_SHARED promised it.
    """
    path = _ROOT / relative
    if not path.exists():
        message = f"real data not found at {path}; set BENCH_SHARED to the folder that holds it"
        if os.environ.get("BENCH_SHARED"):
            pytest.fail(message)
        pytest.skip(message)
    return path
