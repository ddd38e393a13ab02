"""What a fresh interpreter is told to do, and how it finds again what is meant."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from benchmark.contract import Resources
from benchmark.files import parse_json
from benchmark.machine.typed_json import read_as
from benchmark.runs.clips import Clips
from benchmark.runs.folder import RunFolder
from benchmark.runs.isolation.messages import spell
from benchmark.runs.ledger import LedgerView, read_ledger
from benchmark.runs.past import Past
from benchmark.runs.requests import CaptionRequest
from benchmark.runs.resolve import find_again
from benchmark.runs.shelf import Shelf
from benchmark.runs.sounds import find_seat
from benchmark.systems.registry import Registry, System


@dataclass(frozen=True, slots=True)
class Work:
    """One system, and all that it is to caption.

    Attributes:
        system: which one.
        resources: what it may use; of its first fold.
        clips: all of them.
        view: what was done before.
        past: what became of it in processes before this one.
        ahead_s: seconds that getting it ready took before, beside others.
    """

    system: System
    resources: Resources
    clips: Clips
    view: LedgerView
    past: Past = field(default_factory=Past)
    ahead_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Order:
    """Work as another interpreter is told of it: by the run's folder, or by a request.

    Attributes:
        system_name: canonical, options included.
        data_root: folder of the data sets.
        run: the run's folder; None where sounds are captioned that belong to no run.
        sounds: what ``bench caption`` was asked for; None for a run.
        shelf: folder of what other processes of the run decoded; None: there is none.
        requirements: of the environment that the work is done in; None: this one.
        past: see ``Work``.
    """

    system_name: str
    data_root: Path
    run: Path | None = None
    sounds: CaptionRequest | None = None
    shelf: Path | None = None
    requirements: tuple[str, ...] | None = None
    past: Past = field(default_factory=Past)

    def to_bytes(self) -> bytes:
        return spell(self)

    @staticmethod
    def from_bytes(content: bytes) -> Order:
        return read_as(Order, parse_json(content), "the order")

    def find_work(self, registry: Registry) -> Work:
        """Find what is meant.

        Raises:
            BenchError: it is not here, or is not what it was.
        """
        if self.sounds is not None:
            return Work(*find_seat(self.sounds, registry), LedgerView(), self.past)
        assert self.run is not None
        folder = RunFolder.open(self.run)
        plan = folder.read_plan().of_system(self.system_name)
        run = find_again(plan, registry, self.data_root, folder.path)
        (system,) = run.systems
        shelf = None if self.shelf is None else Shelf(self.shelf)
        view = read_ledger(folder.ledger_path)
        return Work(system, run.resources_for(system), run.clips(shelf), view, self.past)
