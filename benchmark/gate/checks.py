"""One check of a gate, and the verdict over all of them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from benchmark.files import JsonObject
from benchmark.runs.record import RunRecord

Status = Literal["pass", "warning", "fail", "inconclusive"]
Outcome = Literal["pass", "fail", "inconclusive", "nothing measured"]
Unit = Literal["score", "share", "relative", "mib"]

EXIT_CODES: dict[Outcome, int] = {
    "pass": 0,
    "fail": 1,
    "nothing measured": 3,
    "inconclusive": 4,  # of a strict gate; else 0, as nothing is known to be worse
}
_WORST_FIRST: tuple[Status, ...] = ("fail", "inconclusive", "warning", "pass")
_DECIDING: tuple[Outcome, ...] = ("fail", "inconclusive")


@dataclass(frozen=True, slots=True)
class Check:
    """One limit that one system is held to.

    Attributes:
        system: canonical name.
        subject: what was judged (``"cider_d"``, ``"coverage"``, ``"stage encode"``).
        limit: as people read it (``"drop <= 2 %"``).
        status: inconclusive where the loss is beyond the limit and this night cannot tell whether
            it is chance; a warning is for people, and decides nothing.
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
class Reach:
    """The least loss of a system that a night calls with a power of 80 %.

    Attributes:
        system: canonical name.
        metric: that decides.
        n_clips: that the accepted nights and the run have in common.
        n_nights: that were accepted.
        least: the loss, a share of the accepted value; None where any number of clips is too few.
        nights, clips: how many of either call a loss of 5 %; None where they need not be more,
            or where no number is enough.
        words: all that in a sentence without the system's name.
    """

    system: str
    metric: str
    n_clips: int
    n_nights: int
    least: float | None
    nights: int | None
    clips: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Made:
    """When a run was made, and of what.

    Attributes:
        began_at, ended_at: UTC, ISO 8601; it may have been scored again since it began.
        commit: that it is of; None where nobody said.
        run_id: drawn when it began; None in runs of earlier versions.
    """

    began_at: str
    ended_at: str
    commit: str | None
    run_id: str | None

    @staticmethod
    def of(run: RunRecord) -> Made:
        """Take what a run says of itself."""
        header = run.plan.header
        return Made(header.created_at, run.manifest.finished_at, header.commit, header.run_id)

    def __str__(self) -> str:
        commit = f", of commit {self.commit}" if self.commit else ""
        return f"begun {self.began_at}, ended {self.ended_at}{commit}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate says of a run.

    Attributes:
        run: path and content id of the run.
        baseline: the same of the baseline, with its version.
        policy: where the limits come from.
        checks: worst first.
        notes: what was seen and not judged.
        regressions: clips whose score fell most, worst first.
        unmeasured: why nothing could be judged, else None.
        made: when and of what the run was made; None where it is unfinished.
        reach: the least losses that this night could have called, system by system.
        is_strict: an inconclusive verdict has an exit code of its own.
    """

    run: str
    baseline: str
    policy: str
    checks: Sequence[Check] = ()
    notes: Sequence[str] = ()
    regressions: Sequence[Regression] = field(default=())
    unmeasured: str | None = None
    made: Made | None = None
    reach: Sequence[Reach] = ()
    is_strict: bool = False

    @property
    def outcome(self) -> Outcome:
        if self.unmeasured is not None:
            return "nothing measured"
        statuses = {check.status for check in self.checks}
        return next((outcome for outcome in _DECIDING if outcome in statuses), "pass")

    @property
    def exit_code(self) -> int:
        if self.outcome == "inconclusive" and not self.is_strict:
            return EXIT_CODES["pass"]
        return EXIT_CODES[self.outcome]

    def count(self, status: Status) -> int:
        return sum(check.status == status for check in self.checks)

    def to_json(self) -> JsonObject:
        return {"outcome": self.outcome, "exit_code": self.exit_code, **dataclasses.asdict(self)}


def is_beyond(amount: float, limit: float) -> bool:
    """Tell whether a share or ratio is greater than its limit by more than rounding.

    0.05 - 0.04 is 0.010000000000000002, and not beyond 0.01.
    """
    return amount > limit and not math.isclose(amount, limit, rel_tol=1e-9, abs_tol=1e-12)


def used_share(amount: float, limit: float) -> float | None:
    """Compute how much of a limit is used up, above 1 just where ``is_beyond`` holds.

    Returns:
        None where a limit that allows nothing is broken, or one by an infinite amount.
    """
    if not is_beyond(amount, limit):
        return min(amount / limit, 1.0) if amount > 0 and limit > 0 else 0.0
    return amount / limit if limit > 0 and math.isfinite(amount) else None


def in_percent(share: float) -> str:
    """Spell a share: ``2 %``."""
    return f"{100 * share:.4g} %"


def worst_first(checks: Sequence[Check]) -> list[Check]:
    """Sort checks: failed, inconclusive, warned of, passed, then by how far beyond the limit."""

    def order(check: Check) -> tuple[int, float, str, str]:
        used = float("inf") if check.used is None else check.used
        return (_WORST_FIRST.index(check.status), -used, check.system, check.subject)

    return sorted(checks, key=order)
