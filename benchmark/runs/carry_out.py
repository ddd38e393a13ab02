"""A run from front door to back: caption, score, seal. Also resume and rescore."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmark.contract import Split
from benchmark.machine.clock import now
from benchmark.metrics.suite import SuiteSettings
from benchmark.runs.entries import CAPTIONED, PrepareEntry
from benchmark.runs.folder import RunFolder, seed_folder
from benchmark.runs.ledger import Ledger, LedgerView, read_ledger
from benchmark.runs.passes import run_system
from benchmark.runs.plan import Plan, PlannedSystem
from benchmark.runs.requests import RunRequest
from benchmark.runs.resolve import ResolvedRun, find_again, load_same_split, resolve_run
from benchmark.runs.scoring import SystemScores, per_clip_table, score_ledger
from benchmark.runs.timed_calls import summarise_latency
from benchmark.systems.registry import Registry

MANIFEST_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """A sealed run.

    Attributes:
        folder: where it lies.
        plan: what it was asked to do.
        failures: the systems that stopped, with the reason of each.
    """

    folder: RunFolder
    plan: Plan
    failures: Mapping[str, str] = field(default_factory=dict)


def start_run(request: RunRequest, registry: Registry, path: Path, suite: SuiteSettings) -> Outcome:
    """Caption and score a split with one or more systems.

    Raises:
        BenchError: the request cannot be met, or the folder cannot be written. What a system
            raises is no error of the run: it is in the ledger and in the outcome's ``failures``.
    """
    run = resolve_run(request, registry)
    return _carry_out(RunFolder.create(path, run.plan), run, suite)


def start_seeds(
    request: RunRequest,
    seeds: Sequence[int],
    registry: Registry,
    path: Path,
    suite: SuiteSettings,
) -> list[Outcome]:
    """Do one run for each seed, in folders of their own under ``path``.

    All are planned before the first begins, so that resuming ``path`` finishes all of them.

    Raises:
        BenchError: as ``start_run``.
    """
    runs = [resolve_run(dataclasses.replace(request, seed=seed), registry) for seed in seeds]
    folders = [RunFolder.create(seed_folder(path, run.plan.seed), run.plan) for run in runs]
    return [_carry_out(folder, run, suite) for folder, run in zip(folders, runs, strict=True)]


def resume_run(path: Path, registry: Registry, data_root: Path, suite: SuiteSettings) -> Outcome:
    """Finish a run that was interrupted, or try again what failed in it.

    Raises:
        RunError: a system's version or the data set's captions changed since the run began.
    """
    folder = RunFolder.open(path)
    plan = folder.read_plan()
    if plan.command == "score":
        view = read_ledger(folder.ledger_path)
        return score_and_seal(folder, plan, view, load_same_split(plan, data_root, path), {}, suite)
    return _carry_out(folder, find_again(plan, registry, data_root, path), suite)


def rescore_run(
    path: Path, data_root: Path, suite: SuiteSettings, metrics: tuple[str, ...] | None = None
) -> Outcome:
    """Compute a run's scores again from its ledger, with other metrics if wanted.

    Raises:
        RunError: the run is unfinished, or the data set's captions changed.
    """
    folder = RunFolder.open(path)
    manifest = folder.read_manifest()
    plan = folder.read_plan()
    if metrics is not None:
        plan = plan.with_metrics(metrics)
    split = load_same_split(plan, data_root, path)
    view = read_ledger(folder.ledger_path)
    return score_and_seal(folder, plan, view, split, manifest["failures"], suite)


def score_and_seal(
    folder: RunFolder,
    plan: Plan,
    view: LedgerView,
    split: Split,
    failures: Mapping[str, str],
    suite: SuiteSettings,
) -> Outcome:
    """Score what the ledger holds, and seal the run."""
    folder.unseal()
    scores = score_ledger(plan, view, split.references, suite)
    folder.write_scores(_by_system({name: found.to_json() for name, found in scores.items()}))
    folder.write_statistics(
        _by_system({name: found.statistics.to_json() for name, found in scores.items()})
    )
    folder.write_per_clip(*per_clip_table(scores, plan.metrics))
    folder.seal(_manifest(plan, view, scores, failures))
    return Outcome(folder, plan, failures)


def _by_system(records: Mapping[str, Any]) -> dict[str, Any]:
    return {"schema": MANIFEST_SCHEMA, "systems": records}


def _carry_out(folder: RunFolder, run: ResolvedRun, suite: SuiteSettings) -> Outcome:
    clips = run.clips()
    failures: dict[str, str] = {}
    folder.unseal()
    with Ledger(folder.ledger_path) as ledger:
        for system in run.systems:
            failure = run_system(system, run.resources_for(system), clips, ledger)
            if failure is not None:
                failures[system.name] = failure
    return score_and_seal(folder, run.plan, ledger.view, clips.split, failures, suite)


def _disclosed(planned: PlannedSystem, prepared: Sequence[PrepareEntry]) -> dict[str, Any]:
    """Tell what the captioner of the last fold said about itself, or its record."""
    said = prepared[-1].trained_on if prepared else None
    return {
        "trained_on": list(planned.trained_on if said is None else said),
        "facts": dict(prepared[-1].facts) if prepared else {},
    }


def _manifest(
    plan: Plan,
    view: LedgerView,
    scores: Mapping[str, SystemScores],
    failures: Mapping[str, str],
) -> dict[str, Any]:
    systems = {}
    for planned in plan.systems:
        rows = view.entries(planned.name)
        prepared = view.prepared_entries(planned.name)
        latency = summarise_latency(view.timed_entries(planned.name), prepared)
        systems[planned.name] = {
            "n_scored": len(scores[planned.name].clip_ids),
            "n_empty": sum(row.state == "empty" for row in rows),
            "n_failed": len({row.clip_id for row in rows if row.state not in CAPTIONED}),
            "failure": failures.get(planned.name),
            "latency": latency.to_json() if latency else None,
            **_disclosed(planned, prepared),
        }
    peaks = [row.peak_rss_mib for row in view.machines if row.peak_rss_mib is not None]
    return {
        "schema": MANIFEST_SCHEMA,
        "finished_at": now(),
        "machine": view.machines[-1].machine.to_json() if view.machines else None,
        "peak_rss_mib": max(peaks, default=None),
        "complete": not any(system["n_failed"] or system["failure"] for system in systems.values()),
        "failures": dict(failures),
        "systems": systems,
    }
