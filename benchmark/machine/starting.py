"""Ctrl-C while the ``bench`` command is still being imported: it leaves, without a word.

Importing this does it, so that it stands before all that takes long to import. In other programs
that import this package Ctrl-C stays theirs.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


def leave_at_once(number: int, _: FrameType | None) -> None:
    """End the process: nothing was begun, and leaving in order would end in a traceback."""
    os._exit(128 + number)


def _is_bench() -> bool:
    """Tell whether this process was started as ``bench`` or ``python -m benchmark.cli``."""
    started = sys.argv[0] if sys.argv else ""
    if started == "-m":  # as it stands until the module is found
        return "benchmark.cli" in sys.orig_argv
    return os.path.basename(started) in ("bench", "bench.exe")  # noqa: PTH119 - light to import


if _is_bench() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, leave_at_once)
