"""What this machine is, asked of the operating system and of what is installed."""

from __future__ import annotations

import dataclasses
import functools
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.machine.fingerprint import Machine

_COMMAND_TIMEOUT_S = 20
_THREAD_LIMITS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_KERNEL_CHOICES = (
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "MKL_ENABLE_INSTRUCTIONS",
    "ONEDNN_MAX_CPU_ISA",
    "ATEN_CPU_CAPABILITY",
)


def describe_machine() -> Machine:
    """Describe this machine and what runs on it; imports nothing for it."""
    count_threads = getattr(sys.modules.get("torch"), "get_num_threads", None)
    machine = dataclasses.replace(
        _lasting_facts(),
        cores=usable_cores(),
        threads=_named_settings(_THREAD_LIMITS),
        kernels=_named_settings(_KERNEL_CHOICES),
        torch_threads=count_threads() if count_threads else None,
    )
    return dataclasses.replace(machine, hash=machine.fingerprint())


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
def _lasting_facts() -> Machine:
    """Find out what stays as it is while this process runs; the rest is left blank."""
    return Machine(
        hash="",
        cpu=_cpu_model(),
        ram_gib=_ram_gib(),
        os=_os_name(),
        kernel=platform.release(),
        architecture=platform.machine(),
        python=platform.python_version(),
        numpy=np.__version__,
        blas=_blas(),
        torch=_version("torch"),
        gpu=_gpu_model(),
        cores=0,
        threads=None,
    )


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
