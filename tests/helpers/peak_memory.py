"""How much memory a process takes for one thing, and those that it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import defaultdict
from pathlib import Path

# Not ru_maxrss: a process begins with that of the one which started it.
_PROGRAM = """
def peak_mib():
    with open("/proc/self/status") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["VmHWM"].split()[0]) / 1024
{before}
start = peak_mib()
{measured}
print(peak_mib() - start)
"""


def growth_mib(before: str, measured: str, **settings: str) -> float:
    """Run two pieces of Python in a fresh process.

    Args:
        before: imports and first calls, which take memory of their own.
        measured: by how much this raises the peak is returned.
        settings: environment variables.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **settings}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(before=before, measured=measured)],
        env=environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


class ProcessesBelow:
    """The most memory that the processes which this one starts hold together, within a block.

    ``peak_mib`` is looked at ten times a second; what lives shorter may be missed.
    """

    def __init__(self) -> None:
        self.peak_mib = 0.0
        self._is_over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> ProcessesBelow:
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._is_over.wait(0.1):
            self.peak_mib = max(self.peak_mib, _memory_below_mib())


def _memory_below_mib() -> float:
    children: dict[int, list[int]] = defaultdict(list)
    rss_kib: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        except OSError:  # it ended meanwhile
            continue
        process = int(fields["Pid"])
        children[int(fields["PPid"])].append(process)
        rss_kib[process] = int(fields.get("VmRSS", "0").split()[0])
    total_kib, waiting = 0, list(children[os.getpid()])
    while waiting:
        process = waiting.pop()
        total_kib += rss_kib[process]
        waiting += children[process]
    return total_kib / 1024
