"""Whether a run is the night that a gate is asked about: its age, its commit, judged before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmark.errors import RunError, UsageError
from benchmark.gate.history import Night
from benchmark.machine.commits import find_commit, is_of_commit
from benchmark.runs.record import RunRecord

_SKEW = timedelta(minutes=5)
"""Clocks of two machines of one site differ by less."""

_HERE = "HEAD"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a run must be to be judged at all.

    Attributes:
        max_age_s: seconds since it began, at most; None for any age.
        commit: that it is of, whole or by its first seven digits or more; ``HEAD`` is what a run
            that began now would note. None for any.
        is_again: it may have been judged before.
    """

    max_age_s: float | None = None
    commit: str | None = None
    is_again: bool = False

    def __post_init__(self) -> None:
        if self.commit == _HERE and find_commit() is None:
            raise UsageError(
                "--commit HEAD: nobody says which commit that is. Expected a repository around "
                "the working directory, or BENCH_COMMIT or GITHUB_SHA to name one."
            )


WHATEVER = Expected()


def why_not_tonight(
    run: RunRecord, expected: Expected, past: Sequence[Night], now: datetime | None = None
) -> str | None:
    """Say why a run is not the night that was asked about; None where it is.

    Args:
        run: to be judged.
        expected: what it must be.
        past: nights that were judged, and runs that were accepted.
        now: else by this machine's clock.

    Raises:
        RunError: nobody can tell when the run began.
    """
    if expected.max_age_s is not None:
        age = (now or datetime.now(UTC)) - _began(run)
        if age < -_SKEW:
            return (
                f"the run began {_spell(-age)} from now, at {run.plan.created_at}: "
                "the clock was wrong then, or is wrong now"
            )
        if age.total_seconds() > expected.max_age_s:
            limit = _spell(timedelta(seconds=expected.max_age_s))
            return f"the run is {_spell(age)} old, more than {limit}: it is not of this night"
    if expected.commit is not None and (why := _why_other_commit(run, expected.commit)):
        return why
    return None if expected.is_again else _why_judged(run, past)


def _why_other_commit(run: RunRecord, asked: str) -> str | None:
    found = run.plan.header.commit
    if asked == _HERE:
        asked = find_commit() or ""
    if found is None:
        return f"the run says no commit; expected {asked}"
    return None if is_of_commit(found, asked) else f"the run is of commit {found}, not of {asked}"


def _why_judged(run: RunRecord, past: Sequence[Night]) -> str | None:
    run_id = run.plan.header.run_id
    for night in past:
        is_same = night.run_id == run_id if night.run_id and run_id else night.run == run.noted_id
        if night.event == "night" and is_same:
            when = f" at {night.noted_at}" if night.noted_at else ""
            return (
                f"the run was judged before{when} ({night.outcome}): a night has a run of its "
                "own. --again judges it once more"
            )
    return None


def _began(run: RunRecord) -> datetime:
    text = run.plan.created_at
    try:
        began = datetime.fromisoformat(text)
    except ValueError as error:
        raise RunError(
            f"{run.path}: created_at {text!r} is no time; expected one as "
            "2026-11-30T02:17:00+00:00. The file was changed by something else; run again."
        ) from error
    return began if began.tzinfo else began.replace(tzinfo=UTC)


def _spell(span: timedelta) -> str:
    """Spell a time span in its greatest unit: ``3.2 days``, ``25 h``, ``40 min``."""
    seconds = span.total_seconds()
    for unit, length in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.0f} s"
