"""How much memory a process takes for one thing, beyond what it took before."""

from __future__ import annotations

import os
import subprocess
import sys

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
