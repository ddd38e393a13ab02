"""The time, as records and timers tell it."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> str:
    """Tell the time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def since(start_ns: int) -> float:
    """Tell the seconds since a reading of ``time.perf_counter_ns``."""
    return (time.perf_counter_ns() - start_ns) / 1e9
