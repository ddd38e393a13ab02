"""Trackers: plugins that hear of each run once it is sealed, and can break nothing of it."""

from __future__ import annotations

from functools import partial
from importlib.metadata import EntryPoint

import pluggy

from benchmark.errors import PluginError, describe
from benchmark.files import tell
from benchmark.machine.descriptors import stdout_to_stderr
from benchmark.machine.time_limits import call_within
from benchmark.plugins.entries import import_within, installed_trackers, names_without
from benchmark.plugins.hooks import Hooks
from benchmark.plugins.hookspecs import TrackedMetric, TrackedRun, TrackedSystem
from benchmark.plugins.provenance import BrokenPlugin, describe_broken
from benchmark.runs.record import RunRecord, SystemRecord

LIMIT_S = 60.0
"""Seconds that a tracker may take over a run."""


def tell_trackers(record: RunRecord) -> None:
    """Tell every installed tracker of a sealed run; one that fails is named on standard error.

    What trackers print goes to standard error too: the table stands alone on standard output.
    """
    entries = [entry for entry in installed_trackers() if entry.name not in names_without()]
    if not entries:
        return
    run = describe_sealed(record)
    with stdout_to_stderr():
        for entry in entries:
            try:
                hook = load_tracker(entry)
                call_within(partial(hook, run=run), LIMIT_S, name=f"tracker {entry.name}")
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # a stranger's code may raise anything
                tell(
                    f"the tracker {entry.name} failed at {record.path}, which is sealed all the "
                    f"same: {describe(error)}; `bench --no-plugin {entry.name} ...` goes without it"
                )


def load_tracker(entry: EntryPoint) -> pluggy.HookCaller:
    """Import a tracker in limited time, and return what it wants to be called.

    Raises:
        PluginError: it breaks the contract.
        BaseException: whatever its import raises.
    """
    return import_within(partial(_import, entry), entry)


def find_broken_trackers() -> list[BrokenPlugin]:
    """Import every installed tracker, and say of those that cannot be called why."""
    broken = []
    for entry in installed_trackers():
        if entry.name in names_without():
            continue
        try:
            load_tracker(entry)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            broken.append(describe_broken(entry, error))
    return broken


def describe_sealed(record: RunRecord) -> TrackedRun:
    """Say of a sealed run what trackers hear."""
    plan = record.plan
    return TrackedRun(
        path=record.path,
        content_id=record.content_id,
        dataset=plan.references_name,
        created_at=plan.created_at,
        seed=plan.seed,
        n_expected=plan.n_expected,
        references_sha256=plan.references_sha256,
        systems=tuple(map(_describe_system, record.systems.values())),
    )


def _describe_system(system: SystemRecord) -> TrackedSystem:
    latency = system.sealed.latency
    p50 = latency.seconds.p50 if latency else None
    return TrackedSystem(
        name=system.name,
        kind=system.planned.kind,
        distribution=f"{system.planned.distribution} {system.planned.version}",
        flaws=system.flaws,
        n_clips=system.scores.n_scored,
        clip_ids_sha256=system.scores.clips_sha256,
        metrics={
            key: TrackedMetric(cell.value, cell.low, cell.high, str(cell.signature or ""))
            for key, cell in system.scores.metrics.items()
            if cell.value is not None
        },
        facts=dict(system.sealed.facts),
        p50_s=p50.value if p50 else None,
    )


def _import(entry: EntryPoint) -> pluggy.HookCaller:
    hook = Hooks(entry.load()).find("bench_run_sealed")
    if hook is None:
        raise PluginError(
            "no bench_run_sealed hook found, which is a tracker's; is @hookimpl missing on it?"
        )
    return hook
