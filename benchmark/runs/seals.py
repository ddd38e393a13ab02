"""Seals: hashes of what was written, by which an edit shows.

They are no signatures: who edits a file and makes its hashes anew is not found out by them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from benchmark.errors import RunError
from benchmark.files import JsonObject, spell_json
from benchmark.machine.typed_json import read_as

SEAL = "seal"
"""The part of a manifest, and of a baseline's file, that holds its seal."""

TRUST = "--trust-edited"
"""The option that goes on with an edited run."""

EDITED = "EDITED"
"""What stands beside every number of an edited run."""

SealState = Literal["sealed", "unsealed", "edited"]


class Digest:
    """The hash of a file that grows, kept up as it does."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.n_bytes = 0

    def add(self, content: bytes) -> None:
        self._hash.update(content)
        self.n_bytes += len(content)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


@dataclass(frozen=True, slots=True)
class Seal:
    """What was sealed.

    Attributes:
        sha256: of the record that holds the seal.
        files: of a run's folder, by name the hash of each of its other files.
        n_ledger_bytes: how long the ledger was: that of a run taken up again begins with them.
        edits: those that somebody went on with, in words.
    """

    sha256: str
    files: Mapping[str, str] = field(default_factory=dict)
    n_ledger_bytes: int = 0
    edits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Integrity:
    """Whether a run is what was sealed.

    Attributes:
        is_sealed: False where an earlier version wrote it, which sealed nothing.
        edits: what was edited since, in words.
    """

    is_sealed: bool = True
    edits: tuple[str, ...] = ()

    @property
    def state(self) -> SealState:
        if self.edits:
            return "edited"
        return "sealed" if self.is_sealed else "unsealed"

    def also(self, edits: Iterable[str]) -> Integrity:
        """Add edits that were found elsewhere."""
        return Integrity(self.is_sealed, tuple(dict.fromkeys([*self.edits, *edits])))

    @staticmethod
    def of_all(several: Iterable[Integrity]) -> Integrity:
        """Join what is known of several runs that stand for one."""
        several = list(several)
        edits = dict.fromkeys(edit for each in several for edit in each.edits)
        return Integrity(all(each.is_sealed for each in several), tuple(edits))

    def describe(self, path: object) -> str | None:
        """Say in a sentence what numbers of a run are to be taken with; None where nothing is."""
        match self.state:
            case "edited":
                return f"{EDITED}: {path} is not what was sealed: {listed_edits(self.edits)}"
            case "unsealed":
                return (
                    f"{path} is unsealed: an earlier aac-bench wrote it, and nothing says whether "
                    "it was edited (`bench migrate` seals it as it is)"
                )
            case _:
                return None

    def require(self, path: object, *, trust_edited: bool) -> None:
        """Refuse what was edited, unless it is to be trusted.

        Raises:
            RunError: it was edited; says what and where.
        """
        if self.edits and not trust_edited:
            raise RunError(
                f"{path}: it was edited since it was sealed: {listed_edits(self.edits)}. Restore "
                f"it, or make it anew; {TRUST} goes on, and says so beside every number."
            )


SEALED = Integrity()
"""Of what was just sealed, or of what is still to be."""


def listed_edits(edits: Iterable[str]) -> str:
    """Spell edits, the first few of many."""
    edits = list(edits)
    more = len(edits) - _MOST_EDITS
    return "; ".join(edits[:_MOST_EDITS]) + (f"; and {more:,} more" if more > 0 else "")


_MOST_EDITS = 4


def sealed_json(content: JsonObject, **parts: object) -> JsonObject:
    """Add its seal to a record.

    Args:
        content: of the record.
        parts: what the seal holds besides the record's hash.
    """
    sealed: dict[str, Any] = {**content, SEAL: {**parts, "sha256": ""}}
    sealed[SEAL]["sha256"] = _hash({**content, SEAL: parts})
    return sealed


def read_seal(record: Mapping[str, object], where: object) -> tuple[Seal | None, list[str]]:
    """Read the seal of a record, and say what is edited of the record itself.

    Returns:
        No seal where the record has none.

    Raises:
        RunError: a part of the seal is missing or has another type.
    """
    written = record.get(SEAL)
    if written is None:
        return None, []
    seal = read_as(Seal, written, f"{where}, {SEAL}")
    parts = dict(read_as(dict[str, object], written, where))
    del parts["sha256"]
    with suppress(RecursionError):  # deeper than anything that was sealed
        if _hash({**record, SEAL: parts}) == seal.sha256:
            return seal, list(seal.edits)
    return seal, [*seal.edits, f"{_name_of(where)} holds something else than was sealed"]


def _name_of(where: object) -> object:
    return where.name if isinstance(where, Path) else where


def _hash(content: Mapping[str, object]) -> str:
    return hashlib.sha256(spell_json(content, sort_keys=True).encode()).hexdigest()
