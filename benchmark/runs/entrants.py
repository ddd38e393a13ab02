"""A system on one of its folds, and what getting it ready gave."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass

from benchmark.contract import Captioner, Resources
from benchmark.machine.clock import since
from benchmark.machine.distributions import imported_versions
from benchmark.runs.entries import PrepareEntry, content_key
from benchmark.runs.patience import FORMER_PATIENCE, Patience
from benchmark.systems.calling import prepare_captioner, sample_rate_of
from benchmark.systems.disclosure import read_disclosure
from benchmark.systems.registry import System


@dataclass(frozen=True, slots=True)
class Entrant:
    """A system on one of its folds, with all that it may use.

    Attributes:
        system: in one configuration.
        resources: its fold is among them.
    """

    system: System
    resources: Resources

    @property
    def fold(self) -> int:
        return self.resources.fold

    def key_of(self, content: str) -> str:
        """Hash what a caption of some sound depends on, by the hash of the sound."""
        resources = self.resources
        train = str(resources.train.label) if resources.train else ""
        chosen_on = (str(resources.validation.label),) if resources.validation else ()
        parts = (self.system.name, str(self.system.provenance), str(resources.seed), train)
        made_of = (self.system.makeup_id,) if self.system.makeup_id else ()
        return content_key((*parts, *made_of, *chosen_on, content, str(self.fold)))


@dataclass(frozen=True, slots=True)
class ReadyEntrant:
    """An entrant that can be called.

    Attributes:
        entrant: what was got ready.
        captioner: ready.
        sample_rate_hz: at which it hears.
        entry: how long that took, and what the captioner says of itself.
    """

    entrant: Entrant
    captioner: Captioner
    sample_rate_hz: int
    entry: PrepareEntry


def prepare(entrant: Entrant, patience: Patience = FORMER_PATIENCE) -> ReadyEntrant | PrepareEntry:
    """Get a system ready, within the time that it has.

    Returns:
        It, or where it raises something, the entry that says what.
    """
    system, start_ns = entrant.system, time.perf_counter_ns()
    limit_s = patience.limit_of_preparing(system.spec)
    try:
        captioner = prepare_captioner(system.spec, entrant.resources, system.options, limit_s)
        entry = PrepareEntry(
            system.name, entrant.fold, since(start_ns), versions=imported_versions()
        )
        disclosure = read_disclosure(captioner, patience.timeout_s)
        return ReadyEntrant(
            entrant,
            captioner,
            sample_rate_of(captioner, system.spec),
            dataclasses.replace(entry, **disclosure._asdict()),
        )
    except Exception as error:
        return PrepareEntry(system.name, entrant.fold, since(start_ns)).failed(error)
