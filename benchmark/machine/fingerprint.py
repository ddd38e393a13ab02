"""What a machine is, as files hold it: times of two machines do not compare, so each has a hash."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass

from benchmark.contract import Fact
from benchmark.machine.typed_json import read_as


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine and what runs on it, as ledgers, manifests and profiles hold it.

    Attributes:
        hash: 12 hex digits over all the rest but ``torch_threads``.
        cpu: model of the processor.
        ram_gib: memory; None where nobody can tell.
        os: name of the system.
        kernel: its release.
        architecture: as ``x86_64``.
        python: version.
        numpy: version.
        blas: numpy's.
        torch: version; None where it is not installed.
        gpu: model, and how many there are; None where there is none.
        cores: that this process may use.
        threads: the environment's limit, as ``OMP_NUM_THREADS=1``.
        kernels: what the environment bids the arithmetic libraries use, as
            ``OPENBLAS_CORETYPE=Haswell``; None where they choose, and in files of before it was
            noted, whose hash does not depend on it.
        torch_threads: None as long as nothing has imported torch.
    """

    hash: str
    cpu: str
    ram_gib: int | None
    os: str
    kernel: str
    architecture: str
    python: str
    numpy: str
    blas: str | None
    torch: str | None
    gpu: str | None
    cores: int
    threads: str | None
    kernels: str | None = None
    torch_threads: int | None = None

    @property
    def hardware(self) -> dict[str, Fact]:
        """What times of two runs must share to be compared as they are."""
        return {
            "cpu": self.cpu,
            "cores": self.cores,
            "architecture": self.architecture,
            "gpu": self.gpu,
            "threads": self.threads,
            "kernels": self.kernels,
        }

    def fingerprint(self) -> str:
        """Compute ``hash`` from all other facts but ``torch_threads``."""
        facts = {k: v for k, v in self.to_json().items() if k not in ("hash", "torch_threads")}
        return hashlib.sha256(
            json.dumps(facts, sort_keys=True, allow_nan=False).encode()
        ).hexdigest()[:12]

    def to_json(self) -> dict[str, Fact]:
        return dataclasses.asdict(self)

    @staticmethod
    def from_json(record: object, where: object) -> Machine:
        """Read back what ``to_json`` gave, also of before all facts were noted.

        Args:
            record: as ``json.loads`` gives it.
            where: names the file in messages.

        Raises:
            RunError: a fact is missing or has another type.
        """
        return read_as(Machine, record, where)

    def __str__(self) -> str:
        """Spell the machine in one line, for under a table."""
        memory = "?" if self.ram_gib is None else self.ram_gib
        parts = [
            f"{self.cpu}, {self.cores} cores",
            f"{memory} GiB",
            self.gpu,
            f"{self.os} {self.kernel}".strip(),
            f"Python {self.python}",
            f"numpy {self.numpy}",
            self.torch and f"torch {self.torch}",
            self.threads,
        ]
        return f"Machine {self.hash}: {'; '.join(part for part in parts if part)}"
