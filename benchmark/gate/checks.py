"""One check of a gate, and the verdict over all of them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["pass", "fail", "inconclusive"]
Outcome = Literal["pass", "fail", "inconclusive", "nothing measured"]
Unit = Literal["score", "share", "relative", "mib"]

EXIT_CODES: dict[Outcome, int] = {
    "pass": 0,
    "fail": 1,
    "nothing measured": 3,
    "inconclusive": 4,
}
_WORST_FIRST: tuple[Status, ...] = ("fail", "inconclusive", "pass")


@dataclass(frozen=True, slots=True)
class Check:
    """One limit, held against one system.

    Attributes:
        system: canonical name.
        subject: what was judged (``"cider_d"``, ``"coverage"``, ``"stage encode"``).
        limit: as people read it (``"drop <= 2 %"``).
        status: inconclusive where the loss is beyond the limit and might be noise.
        reason: what was found, in a sentence.
        unit: of ``baseline`` and ``run``.
        used: how much of the limit is used up: above 1 is beyond it; None where that is no
            number, as of something that vanished.
    """

    system: str
    subject: str
    limit: str
    status: Status
    reason: str
    unit: Unit = "score"
    baseline: float | None = None
    run: float | None = None
    used: float | None = None

    @property
    def name(self) -> str:
        return f"{self.subject}: {self.limit}" if self.limit else self.subject


@dataclass(frozen=True, slots=True)
class Regression:
    """One clip whose score fell: what the system said of it before and now."""

    system: str
    clip_id: str
    metric: str
    loss: float
    baseline_score: float
    run_score: float
    baseline_caption: str
    run_caption: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate found.

    Attributes:
        run: path and content id of the run.
        baseline: the same of the baseline, with its version.
        policy: where the limits come from.
        checks: worst first.
        notes: what was seen and not judged.
        regressions: clips whose score fell most, worst first.
        unmeasured: why nothing could be judged, else None.
    """

    run: str
    baseline: str
    policy: str
    checks: Sequence[Check] = ()
    notes: Sequence[str] = ()
    regressions: Sequence[Regression] = field(default=())
    unmeasured: str | None = None

    @property
    def outcome(self) -> Outcome:
        if self.unmeasured is not None:
            return "nothing measured"
        found = {check.status for check in self.checks}
        return next((status for status in _WORST_FIRST if status in found), "pass")

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.outcome]

    def count(self, status: Status) -> int:
        return sum(check.status == status for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        return {"outcome": self.outcome, "exit_code": self.exit_code, **dataclasses.asdict(self)}


def used_share(found: float, limit: float) -> float | None:
    """How much of a limit is used up; None where it allows nothing and something was found."""
    if found <= 0:
        return 0.0
    return found / limit if limit > 0 and math.isfinite(found) else None


def in_percent(share: float) -> str:
    return f"{100 * share:.4g} %"


def worst_first(checks: Sequence[Check]) -> list[Check]:
    """Sort checks: failed before inconclusive before passed, then by how far beyond the limit."""

    def order(check: Check) -> tuple[int, float, str, str]:
        used = float("inf") if check.used is None else check.used
        return (_WORST_FIRST.index(check.status), -used, check.system, check.subject)

    return sorted(checks, key=order)
