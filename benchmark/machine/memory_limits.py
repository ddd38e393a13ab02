"""How much memory this process may take: the machine's, or its container's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")
_UNKNOWN_BYTES = 2.0**32


def memory_limit_mib() -> float:
    """Return the memory of this machine, or of the container that holds the process, in MiB.

    A limit counts wherever above the process it was set, as batch systems set it on a job.
    """
    limits = [_read(path) for path in _limit_files()]
    try:
        limits.append(float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")))
    except (AttributeError, ValueError, OSError):  # not on this platform
        limits.append(_UNKNOWN_BYTES)
    return min(limits) / 2**20


def _limit_files() -> Iterator[Path]:
    """List where a limit may stand: as the container sees it, and as the machine does."""
    yield _CGROUPS / "memory.max"
    yield _CGROUPS / "memory" / "memory.limit_in_bytes"
    try:
        lines = _OWN.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return
    for line in lines:
        _, kinds, path = [*line.split(":", 2), "", ""][:3]
        own = Path(path.lstrip("/"))
        for group in (own, *own.parents):
            if not kinds:
                yield _CGROUPS / group / "memory.max"
            elif "memory" in kinds.split(","):
                yield _CGROUPS / "memory" / group / "memory.limit_in_bytes"


def _read(path: Path) -> float:
    try:
        return float(path.read_text("ascii").strip().replace("max", "inf"))
    except (OSError, ValueError):  # no container of that kind
        return float("inf")
