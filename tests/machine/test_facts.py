"""The fingerprint of a machine."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import numpy as np

from benchmark.machine.facts import (
    describe_machine,
    peak_rss_mib,
    usable_cores,
)
from benchmark.machine.fingerprint import Machine

_PROGRAM = """
import json, sys
{before}
from benchmark.machine.facts import describe_machine
machine = describe_machine()
print(json.dumps([machine.to_json(), "torch" in sys.modules]))
"""


def machine_of_a_process(before=""):
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(before=before)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    machine, has_torch = json.loads(done.stdout)
    return Machine.from_json(machine, "another process"), has_torch


def test_the_fingerprint_is_the_same_in_every_process_and_torch_is_not_imported_for_it():
    here = describe_machine()
    there, has_torch = machine_of_a_process()
    assert re.fullmatch(r"[0-9a-f]{12}", here.hash)
    assert there.hash == here.hash
    assert not has_torch
    assert there.torch_threads is None
    assert there.torch


def test_a_process_that_has_torch_says_its_threads_under_the_same_hash():
    machine, has_torch = machine_of_a_process("import torch; torch.set_num_threads(1)")
    assert has_torch
    assert machine.torch_threads == 1
    assert machine.hash == describe_machine().hash


def test_limits_of_threads_make_another_fingerprint(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    one = describe_machine()
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    two = describe_machine()
    assert one.threads.startswith("OMP_NUM_THREADS=1")
    assert one.hash != two.hash


def test_a_bidden_kernel_makes_another_fingerprint(monkeypatch):
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "ATEN_CPU_CAPABILITY"):
        monkeypatch.delenv(name, raising=False)
    free = describe_machine()
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "default")
    bidden = describe_machine()
    assert (free.kernels, bidden.kernels) == (None, "ATEN_CPU_CAPABILITY=default")
    assert free.hash != bidden.hash


def test_a_machine_says_what_it_is_in_one_line():
    machine = describe_machine()
    line = str(machine)
    assert line.startswith(f"Machine {machine.hash}: {machine.cpu}, {usable_cores()} cores;")
    assert f"numpy {np.__version__}" in line
    assert "\n" not in line


def test_the_peak_of_memory_is_this_process_own():
    before = peak_rss_mib()
    block = np.ones(256 * 2**20, dtype=np.uint8)
    assert block.sum() == 256 * 2**20
    assert peak_rss_mib() > 256
    assert peak_rss_mib() < before + 300
    program = "from benchmark.machine.facts import peak_rss_mib; print(peak_rss_mib())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert float(done.stdout) < 256  # not that of the process which started it
