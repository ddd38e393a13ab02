"""What a fresh process reports of a plugin that it declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

DeclaredKind = Literal["system", "metric", "dataset", "encoder"]
HOOK_OF: Mapping[DeclaredKind, str] = {
    "system": "bench_systems",
    "metric": "bench_metrics",
    "dataset": "bench_datasets",
    "encoder": "bench_encoders",
}
"""The hook that a module declares things of a kind by."""


@dataclass(frozen=True, slots=True)
class Declared:
    """How the declaration of a plugin went.

    Attributes:
        names: of what is declared.
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
