"""When, why and after which baseline a run was accepted, and with which other nights."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from benchmark.files import JsonObject
from benchmark.machine.typed_json import read_as
from benchmark.metrics.contributions import Contributions


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The baseline that another one followed: its version and the content id of its run."""

    version: int
    run: str


@dataclass(frozen=True, slots=True)
class KeptNight:
    """Another night of what was accepted: by it a gate tells chance from night to night.

    Attributes:
        run: content id of its run.
        began_at: UTC, ISO 8601.
        run_id: drawn when it began; None in runs of earlier versions.
        statistics: by system, of the clips whose statistics are not those of the accepted run;
            a system that did all as there is absent.
    """

    run: str
    began_at: str
    run_id: str | None
    statistics: Mapping[str, Mapping[str, object]]

    def contributions_of(self, name: str, accepted: Contributions, where: object) -> Contributions:
        """Read a system's statistics of this night.

        Args:
            name: of the system.
            accepted: its statistics in the accepted run.
            where: names the file in messages.

        Raises:
            RunError: they are no statistics, or of other clips or metrics.
        """
        part = self.statistics.get(name)
        if part is None:
            return accepted
        place = f"{where}, acceptance.nights, {self.run}, {name}"
        return Contributions.from_json(part, place).over(accepted, place)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A decision, with its reason.

    Attributes:
        accepted_at: UTC, ISO 8601.
        reason: why these numbers are the ones to hold.
        version: counted from 1.
        run: content id of what was accepted: a file with another one was edited since.
        after: the baseline before, if there was one.
        nights: other nights of the same code that were accepted with it.
    """

    accepted_at: str
    reason: str
    version: int
    run: str
    after: Predecessor | None = None
    nights: tuple[KeptNight, ...] = ()

    def to_json(self) -> JsonObject:
        """Spell it; of one night as versions did that knew no others."""
        parts = dataclasses.asdict(self)
        if not self.nights:
            del parts["nights"]
        return parts

    @staticmethod
    def from_json(record: object, where: object) -> Acceptance:
        """Read an acceptance back.

        Raises:
            RunError: a part is missing or has another type.
        """
        return read_as(Acceptance, record, where)
