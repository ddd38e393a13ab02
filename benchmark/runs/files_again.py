"""Files that brought systems and metrics of an earlier plan, taken for plugins again."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from pathlib import Path

from benchmark.errors import RunError, quoted
from benchmark.metrics.catalogue import METRICS, choose_engines, describe_strangers
from benchmark.plugins.loading import forget_installed
from benchmark.plugins.named_files import name_file, named_files
from benchmark.runs.folder import RunFolder
from benchmark.runs.plan import Plan
from benchmark.runs.scores import Scores


def name_files_again(plan: Plan, where: Path, without: Collection[str] = ()) -> None:
    """Take the files of a plan for plugins, but where others of their names are already.

    Args:
        plan: of a run that is to go on.
        where: names the run in messages.
        without: systems that it is to go on without.

    Raises:
        RunError: one that brought a system is not there any more.
    """
    for planned in plan.systems:
        if planned.file is None or planned.name in without:
            continue
        path = Path(planned.file)
        if _is_named(path):
            continue
        if not path.is_file():
            raise RunError(
                f"{where}: {planned.name} came from {quoted(planned.file)}, which is not there. "
                f"Put it back, or name where it is: bench --plugin ./{path.name} run --resume ..."
            )
        name_file(path)
    name_metrics_again(plan)


def name_metrics_again(plan: Plan) -> None:
    """Take the files of a plan's metrics for plugins, those that are still there."""
    for key, declared in plan.header.declared.items():
        path = Path(declared.file or "")
        if key in plan.metrics and declared.file and not _is_named(path) and path.is_file():
            name_file(path)
            forget_installed()


def hold_metrics(
    plan: Plan, folder: RunFolder, command: str, *, accepts_changes: bool = True
) -> Plan:
    """Refuse to score again where that loses values, or gives those of something that changed.

    Args:
        plan: with the metrics that are to be computed.
        folder: of the run.
        command: that is to go on, for messages, as ``run --resume``.
        accepts_changes: metrics of plugins may be others than those the run began with.

    Returns:
        The plan, with those of its metrics that plugins bring as they are now.

    Raises:
        RunError: a metric that the run has values of cannot be computed here, or one changed.
    """
    name_metrics_again(plan)
    strange = [key for key in plan.metrics if METRICS.declaration(key) is not None]
    missing = choose_engines(strange).missing
    if lost := [key for key in strange if key in missing and key in _valued(folder)]:
        raise _would_lose(lost[0], missing[lost[0]], folder.path, command)
    then, now = plan.header.declared, describe_strangers(set(strange) - missing.keys())
    changed = {
        key: now[key] for key in then if key in now and then[key].brought_by != now[key].brought_by
    }
    if changed and not accepts_changes:
        told = "; ".join(
            f"{key}: {then[key].brought_by}, now {each.brought_by}" for key, each in changed.items()
        )
        raise RunError(
            f"{folder.path}: not what it was when the run began: {told}. Put back what it began "
            "with, start anew, or add --accept-changes: then it scores all captions anew."
        )
    header = dataclasses.replace(plan.header, declared={**then, **changed})
    return dataclasses.replace(plan, header=header)


def _is_named(path: Path) -> bool:
    return any(other.name == path.name for other in named_files())


def _valued(folder: RunFolder) -> set[str]:
    """List the metrics that a run has values of."""
    try:
        scores = Scores.from_json(folder.read_scores(), folder.scores_path)
    except RunError:  # there are none, or they are damaged and made anew
        return set()
    return {
        key
        for system in scores.systems.values()
        for key, cell in system.metrics.items()
        if cell.is_available
    }


def _would_lose(key: str, reason: str, where: Path, command: str) -> RunError:
    declared = METRICS.declaration(key)
    assert declared is not None
    how = f"`{declared.how_to_get}`, then go on"
    if declared.is_file:
        again = f"bench --plugin ./{declared.distribution} {command} {where}"
        how = f"Put the file back, or name where it is: `{again}`"
    return RunError(
        f"{where}: the run has values of {key} that would be lost: {reason}. {how}; or leave it "
        f"out with `bench rescore {where} --only --metrics ...`."
    )
