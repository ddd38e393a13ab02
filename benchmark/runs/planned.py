"""A ledger held against its plan: what it lacks, and what it holds that nobody planned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmark.contract import References
from benchmark.errors import RunError
from benchmark.runs.ledger import LedgerView
from benchmark.runs.plan import Plan, PlannedSystem


def count_missing(plan: Plan, view: LedgerView, references: References) -> dict[str, int]:
    """Count by system the planned clips that a ledger says nothing of, in any fold.

    Of captions files nothing is missing: a plan does not know which clips each of them has.

    Args:
        plan: of the run.
        view: of its ledger.
        references: of the split.
    """
    if plan.command == "score":
        return {}
    missing: dict[str, int] = {}
    for system in plan.systems:
        known = {(fold, clip_id) for name, fold, clip_id in view.clips if name == system.name}
        missing[system.name] = sum(
            any((fold, clip_id) not in known for fold in range(_count_folds(system, texts)))
            for clip_id in plan.clip_ids
            if (texts := references.get(clip_id)) is not None
        )
    return missing


def _count_folds(system: PlannedSystem, references: Sequence[str]) -> int:
    """Count the folds that a clip is in: of leave-one-out, one for each of several references."""
    if not system.leave_one_out:
        return 1
    return len(references) if len(references) > 1 else 0


def refuse_strangers(
    plan: Plan, view: LedgerView, path: Path, references: References | None = None
) -> None:
    """Refuse captions that belong to no system, clip or fold of a plan.

    Those of systems that the plan says it goes without are passed over.

    Args:
        plan: of the run.
        view: of its ledger.
        path: of the ledger, for messages.
        references: of the split; without them a fold of a leave-one-out system may be any.

    Raises:
        RunError: there is such a caption.
    """
    systems = {planned.name: planned for planned in plan.systems}
    left_out = {each.system_name for each in plan.left_out}
    clip_ids = frozenset(plan.clip_ids)
    for name, clip_id, fold in _places(view):
        if name in left_out:
            continue
        planned = systems.get(name)
        if planned is None:
            raise _stranger(path, name, clip_id, "of a system that the plan does not name")
        if clip_id not in clip_ids:
            raise _stranger(path, name, clip_id, "of a clip that the plan does not name")
        n_folds = None if planned.leave_one_out else 1
        if references is not None:
            n_folds = _count_folds(planned, references.get(clip_id, ()))
        if fold < 0 or (n_folds is not None and fold >= n_folds):
            raise _stranger(path, name, clip_id, f"in fold {fold}, which the plan does not have")


def _places(view: LedgerView) -> Iterator[tuple[str, str, int]]:
    """List system, clip and fold of every caption, and of every timed call, whose fold is 0."""
    yield from ((name, clip_id, fold) for name, fold, clip_id in view.clips)
    yield from ((name, clip_id, 0) for name, clip_id in view.timed)


def _stranger(path: Path, system_name: str, clip_id: str, what: str) -> RunError:
    return RunError(
        f"{path}: a line of clip {clip_id!r} by {system_name!r}, {what}. The file was changed by "
        "something else; restore it, or make the run anew."
    )
