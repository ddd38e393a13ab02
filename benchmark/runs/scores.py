"""What ``scores.json`` says: by system and metric the value, its interval and its signature."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmark.files import JsonObject
from benchmark.machine.typed_json import read_as
from benchmark.metrics.catalogue import METRICS, require_known
from benchmark.metrics.engines.declared import DeclaredMetric
from benchmark.metrics.signature import Signature

SCHEMA = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """One metric of one system.

    Attributes:
        value: the corpus value, raw (BLEU 0.65, CIDEr-D 0.91); None where unavailable.
        low, high: the 95 % interval; None for metrics that only describe.
        reason: why it is unavailable; beside a value, why some clips have none; else None.
        signature: what it was made with; None where nothing was computed.
        has_failed: whether it is unavailable since what it needs is here and does not work.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str | None = None
    signature: Signature | None = None
    has_failed: bool = False

    @property
    def is_available(self) -> bool:
        return self.value is not None

    @property
    def is_partial(self) -> bool:
        """Whether some scored clips have no value of the metric."""
        return self.value is not None and self.reason is not None

    @property
    def models(self) -> tuple[str, ...]:
        """The models that the metric ran on, none for most."""
        return self.signature.models if self.signature else ()

    def to_json(self) -> JsonObject:
        """Spell it out for people's tools: the signature as one line."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "available": self.is_available,
            "reason": self.reason,
            "signature": str(self.signature or ""),
        }


@dataclass(frozen=True, slots=True)
class SystemScores:
    """One system's scores.

    Attributes:
        n_scored: clips with a caption that counts.
        clips_sha256: hash of their ids: only systems that share it share a table.
        metrics: by key, all that were asked for.
        declared: what those of them are that plugins brought.
    """

    n_scored: int
    clips_sha256: str
    metrics: Mapping[str, Cell]
    declared: Mapping[str, DeclaredMetric] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scores:
    """A run's scores by system."""

    systems: Mapping[str, SystemScores]

    def to_json(self) -> JsonObject:
        """Spell them out; what earlier versions did not know stands there only if it is so.

        A record's content id is a hash of this: that of an accepted baseline must stay.
        """
        return {
            "schema": SCHEMA,
            "systems": {
                name: {
                    "n_scored": system.n_scored,
                    "clips_sha256": system.clips_sha256,
                    "metrics": {key: _spell(cell) for key, cell in system.metrics.items()},
                    **_spell_declared(system.declared),
                }
                for name, system in self.systems.items()
            },
        }

    @staticmethod
    def from_json(record: object, where: object) -> Scores:
        """Read scores back.

        Raises:
            RunError: a part is missing or has another type, or a metric is not known, or means
                another thing here.
        """
        scores = read_as(Scores, record, where)
        for name, system in scores.systems.items():
            METRICS.declare(system.declared, where)
            require_known(system.metrics, f"{where}, systems.{name}.metrics")
        return scores


def _spell_declared(declared: Mapping[str, DeclaredMetric]) -> JsonObject:
    spelt: JsonObject = {key: _spell_one(each) for key, each in declared.items()}
    return {"declared": spelt} if spelt else {}


def _spell_one(declared: DeclaredMetric) -> JsonObject:
    spelt = dataclasses.asdict(declared)
    del spelt["file"]  # the plan has it: where a file lay changes no record's content
    return spelt


def _spell(cell: Cell) -> JsonObject:
    spelt = dataclasses.asdict(cell)
    if not cell.has_failed:
        del spelt["has_failed"]
    return spelt
