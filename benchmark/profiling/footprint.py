"""How large a system is: in memory, in parameters, and on disk."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.profiling.cold_start import ReadySystem
from benchmark.profiling.parameters import count_parameters

_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Memory:
    """The most that the process, and what it started, had held at three moments.

    None where nobody can tell.

    Attributes:
        before_prepare_mib: interpreter, packages and data set.
        ready_mib: after preparing.
        peak_mib: after all scenarios, in which up to 128 MiB of sound are held.
        peak_gpu_mib: on the device, by torch; None where it used none.
    """

    before_prepare_mib: float | None
    ready_mib: float | None
    peak_mib: float | None
    peak_gpu_mib: float | None


@dataclass(frozen=True, slots=True)
class Size:
    """What a system consists of.

    Attributes:
        n_parameters: of torch modules; see ``parameters.count_parameters``.
        parameter_mib: what they take.
        artifact_mib: built things on disk that preparing used.
    """

    n_parameters: int
    parameter_mib: float
    artifact_mib: float


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a system takes of a machine."""

    memory: Memory
    size: Size


def measure_footprint(ready: ReadySystem) -> Footprint:
    """Measure what a system takes, after all that it was asked to do."""
    ready.memory.look()
    peak_mib = ready.memory.peak_mib
    parameters = count_parameters(ready.captioner)
    n_bytes = sum(_size_of(folder) for folder in ready.artifacts)
    return Footprint(
        Memory(ready.before_prepare_mib, ready.ready_mib, peak_mib, _peak_gpu_mib()),
        Size(parameters.n_parameters, parameters.n_bytes / _MIB, n_bytes / _MIB),
    )


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _peak_gpu_mib() -> float | None:
    """Read the most memory that torch allocated on the device; None where it used none."""
    cuda: Any = getattr(sys.modules.get("torch"), "cuda", None)
    if cuda is None or not cuda.is_initialized():
        return None
    peaks = [float(cuda.max_memory_allocated(at)) for at in range(cuda.device_count())]
    return max(peaks) / _MIB
