"""When, why and after which baseline a run was accepted."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from benchmark.files import JsonObject
from benchmark.machine.typed_json import read_as


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The baseline that another one followed: its version and the content id of its run."""

    version: int
    run: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A decision, with its reason.

    Attributes:
        accepted_at: UTC, ISO 8601.
        reason: why these numbers are the ones to hold.
        version: counted from 1.
        run: content id of what was accepted: a file with another one was edited since.
        after: the baseline before, if there was one.
    """

    accepted_at: str
    reason: str
    version: int
    run: str
    after: Predecessor | None = None

    def to_json(self) -> JsonObject:
        return dataclasses.asdict(self)

    @staticmethod
    def from_json(record: object, where: object) -> Acceptance:
        """Read an acceptance back.

        Raises:
            RunError: a part is missing or has another type.
        """
        return read_as(Acceptance, record, where)
