"""The memory of what a process starts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmark.machine.facts import peak_rss_mib
from benchmark.machine.memory import PeakMemory, watched_memory

HOLDS_64_MIB = "block = bytearray(64 << 20); print('held', flush=True); input()"
STARTS_ANOTHER = (
    "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]], check=True)"
)

pytestmark = pytest.mark.skipif(
    not Path(f"/proc/self/task/{os.getpid()}/children").exists(), reason="no list of children here"
)


def holding(*arguments):
    command = [sys.executable, "-S", "-c", *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def looked(n_times):
    """Look at this process and at what earlier tests left running."""
    memory = PeakMemory()
    for _ in range(n_times):
        memory.look()
    return memory.peak_mib


ALONE = """
from benchmark.machine.facts import peak_rss_mib
from benchmark.machine.memory import PeakMemory
memory = PeakMemory()
memory.look()
print(memory.peak_mib - peak_rss_mib())
"""


def test_alone_it_is_what_this_process_held():
    asked = [sys.executable, "-c", ALONE]
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    told = subprocess.run(asked, env=path, capture_output=True, text=True, check=True).stdout
    assert float(told) == pytest.approx(0, abs=1)


@pytest.mark.parametrize("arguments", [(HOLDS_64_MIB,), (STARTS_ANOTHER, HOLDS_64_MIB)])
def test_what_a_program_and_its_programs_hold_counts_and_stays_counted(arguments):
    before_mib = looked(2)
    memory = PeakMemory()
    with holding(*arguments) as program:
        assert program.stdout.readline() == b"held\n"
        memory.look()
        program.communicate(b"\n")
    beside_mib = memory.peak_mib - before_mib
    assert 64 < beside_mib < 110
    memory.look()
    assert memory.peak_mib - before_mib == pytest.approx(beside_mib, abs=1)


def test_a_copy_counts_once_it_stays():
    once_mib, twice_mib = looked(1), looked(2)
    pid = os.fork()
    if pid == 0:
        time.sleep(60)
        os._exit(0)
    try:
        memory = PeakMemory()
        memory.look()
        assert memory.peak_mib == pytest.approx(once_mib, abs=1)
        memory.look()
        assert memory.peak_mib > twice_mib + 1
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)


def test_it_is_looked_at_while_a_block_runs():
    with watched_memory() as memory, holding(HOLDS_64_MIB) as program:
        program.stdout.readline()
        time.sleep(0.25)
        program.communicate(b"\n")
    assert memory.peak_mib > peak_rss_mib() + 60
