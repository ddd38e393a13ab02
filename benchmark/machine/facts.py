"""What a profile was taken on: times of two machines are not compared, so each is named."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.contract import Fact

_COMMAND_TIMEOUT_S = 20
_THREAD_LIMITS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_KERNEL_CHOICES = (
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "MKL_ENABLE_INSTRUCTIONS",
    "ONEDNN_MAX_CPU_ISA",
    "ATEN_CPU_CAPABILITY",
)


def describe_machine() -> dict[str, Fact]:
    """Describe this machine and what runs on it.

    Returns:
        ``hash`` (12 hex digits over all the rest but ``torch_threads``), ``cpu`` (its model),
        ``cores`` (that this process may use), ``ram_gib``, ``os``, ``kernel``, ``architecture``,
        ``python``, ``numpy``, ``blas`` (numpy's), ``torch`` (its version, None where it is not
        installed), ``threads`` (the environment's limit, as ``OMP_NUM_THREADS=1``), ``kernels``
        (what the environment bids the arithmetic libraries use, as ``OPENBLAS_CORETYPE=Haswell``;
        None where they choose), ``gpu`` (its model, None where there is none), and
        ``torch_threads``, None as long as nothing has imported torch: a description imports
        nothing, and the hash does not depend on it.
    """
    facts = {
        **_fixed_facts(),
        "cores": usable_cores(),
        "threads": _named_settings(_THREAD_LIMITS),
        "kernels": _named_settings(_KERNEL_CHOICES),
    }
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    count_threads = getattr(sys.modules.get("torch"), "get_num_threads", None)
    n_threads = count_threads() if count_threads else None
    return {"hash": digest[:12], **facts, "torch_threads": n_threads}


def machine_line(machine: Mapping[str, Any]) -> str:
    """Spell a machine in one line, for under a table."""
    known = {name: fact for name, fact in machine.items() if fact is not None}
    parts = [
        f"{known.get('cpu', 'unknown processor')}, {known.get('cores', '?')} cores",
        f"{known.get('ram_gib', '?')} GiB",
        *([str(known["gpu"])] if "gpu" in known else []),
        f"{known.get('os', '')} {known.get('kernel', '')}".strip(),
        f"Python {known.get('python', '?')}",
        *(f"{name} {known[name]}" for name in ("numpy", "torch") if name in known),
        *([str(known["threads"])] if "threads" in known else []),
    ]
    return f"Machine {known.get('hash', '?')}: {'; '.join(parts)}"


def usable_cores() -> int:
    """Count the processors that this process may run on, a container's quota included."""
    if hasattr(os, "sched_getaffinity"):
        n_cores = len(os.sched_getaffinity(0))
    else:
        n_cores = os.cpu_count() or 1
    quota = _read("/sys/fs/cgroup/cpu.max").split()
    if len(quota) == 2 and quota[0].isdecimal():
        n_cores = min(n_cores, -(-int(quota[0]) // int(quota[1])))
    return max(n_cores, 1)


def peak_rss_mib() -> float | None:
    """Tell the most memory that this process has held, in MiB; None where nobody can tell.

    On Linux from ``/proc``: ``getrusage`` also counts what the process was started from.
    """
    for line in _read("/proc/self/status").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


@functools.cache
def _fixed_facts() -> dict[str, Fact]:
    return {
        "cpu": _cpu_model(),
        "ram_gib": _ram_gib(),
        "os": _os_name(),
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": _blas(),
        "torch": _version("torch"),
        "gpu": _gpu_model(),
    }


def _cpu_model() -> str:
    for line in _read("/proc/cpuinfo").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    if sys.platform == "darwin":
        return _ask("sysctl", "-n", "machdep.cpu.brand_string") or platform.machine()
    return platform.processor() or platform.machine() or "unknown"


def _ram_gib() -> int | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
    except (AttributeError, ValueError, OSError):
        return None


def _os_name() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except (AttributeError, OSError):
        return f"{platform.system()} {platform.mac_ver()[0]}".strip()


def _blas() -> str | None:
    try:
        blas: Any = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        return f"{blas['name']} {blas['version']}"
    except (TypeError, KeyError):
        return None


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _gpu_model() -> str | None:
    """Name the first of NVIDIA's cards, and how many there are."""
    names = [
        line.partition(":")[2].strip()
        for path in sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
        for line in _read(str(path)).splitlines()
        if line.startswith("Model:")
    ] or _ask("nvidia-smi", "--query-gpu=name", "--format=csv,noheader").splitlines()
    if not names:
        return None
    return names[0] if len(names) == 1 else f"{len(names)} x {names[0]}"


def _named_settings(names: Sequence[str]) -> str | None:
    """Spell those of the environment's variables that are set."""
    return " ".join(f"{name}={os.environ[name]}" for name in names if os.environ.get(name)) or None


def _ask(program: str, *arguments: str) -> str:
    """Return what a program prints; nothing where it is not there or fails."""
    path = shutil.which(program)
    if path is None:
        return ""
    try:
        done = subprocess.run(
            [path, *arguments], capture_output=True, text=True, timeout=_COMMAND_TIMEOUT_S
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _read(path: str) -> str:
    """Read one of the kernel's files; nothing where there is none."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
