"""What a fresh process reports of a plugin that it declared."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Declared:
    """How the declaration of a plugin went.

    Attributes:
        names: of the declared systems.
        heavy: modules that came along and take seconds to import.
        network: calls that were tried, with their target.
        reason: what was raised, else None.
        traceback: of what was raised; empty or None where there is none.
    """

    names: tuple[str, ...] = ()
    heavy: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    reason: str | None = None
    traceback: str | None = None
