"""How much memory there is to take: of the machine, and of what holds the process."""

from __future__ import annotations

import pytest

from benchmark.machine import memory_limits
from benchmark.machine.memory_limits import memory_limit_mib


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Put the control groups into a folder; returns what writes a file of them."""
    monkeypatch.setattr(memory_limits, "_CGROUPS", tmp_path)
    monkeypatch.setattr(memory_limits, "_OWN", tmp_path / "own")

    def write(path, text):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    return write


@pytest.mark.parametrize(
    ("written", "expected_mib"), [("536870912\n", 512.0), ("max\n", None), ("", None)]
)
def test_a_containers_limit_counts(place, written, expected_mib):
    machine_mib = memory_limit_mib()
    place("memory.max", written)
    assert memory_limit_mib() == (expected_mib or machine_mib)


def test_a_limit_of_any_group_above_the_process_counts(place):
    """As a batch system sets it on a job, not on each of its steps."""
    place("own", "0::/slurm/job_7/step_0\n")
    place("slurm/job_7/step_0/memory.max", "max\n")
    place("slurm/job_7/memory.max", str(300 << 20))
    assert memory_limit_mib() == 300.0


def test_limits_of_the_older_kind_count(place):
    place("own", "9:cpu,cpuacct:/a\n4:memory:/docker/x\n")
    place("memory/docker/x/memory.limit_in_bytes", str(200 << 20))
    place("cpu/a/memory.limit_in_bytes", str(1 << 20))
    assert memory_limit_mib() == 200.0


def test_strange_lines_are_passed_over(place):
    place("own", "\n0\n::\n0::/../..\n")
    assert memory_limit_mib() > 0
