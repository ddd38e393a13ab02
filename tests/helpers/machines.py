"""A machine, made up."""

from __future__ import annotations

from benchmark.machine.fingerprint import Machine

SERVER = Machine(
    hash="f37f1f83eb2c",
    cpu="AMD EPYC",
    ram_gib=24,
    os="Debian GNU/Linux 12 (bookworm)",
    kernel="6.18.44",
    architecture="x86_64",
    python="3.11.7",
    numpy="2.4.6",
    blas="scipy-openblas 0.3.31.188.0",
    torch="2.13.0+cpu",
    gpu=None,
    cores=2,
    threads="OMP_NUM_THREADS=1",
    torch_threads=1,
)
