"""A run from front door to back: caption, score, seal. Also resume and rescore."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType

from benchmark.contract import Split
from benchmark.errors import RunError
from benchmark.files import scratch_folder
from benchmark.machine.notes import tell
from benchmark.metrics.catalogue import choose_engines, select_metrics
from benchmark.metrics.engines.needs import list_lacks
from benchmark.metrics.suite import MetricModels
from benchmark.runs.entries import ChangeEntry
from benchmark.runs.files_again import hold_metrics
from benchmark.runs.folder import RunFolder, note_seeds, seed_folder
from benchmark.runs.inspecting import inspect_folder
from benchmark.runs.isolation.ahead import get_ahead
from benchmark.runs.isolation.apart import TOGETHER, Apart
from benchmark.runs.isolation.orders import Order, Work
from benchmark.runs.isolation.ways import take_through
from benchmark.runs.leaving_out import leave_out
from benchmark.runs.ledger import Ledger, LedgerView, read_ledger
from benchmark.runs.locking import at_work
from benchmark.runs.looks import note_scored
from benchmark.runs.partial import look_for_end
from benchmark.runs.plan import Plan
from benchmark.runs.planned import count_missing, refuse_strangers
from benchmark.runs.record import RunRecord
from benchmark.runs.requests import RunRequest
from benchmark.runs.resolve import ResolvedRun, find_again, load_same_split, resolve_run
from benchmark.runs.scores import Scores
from benchmark.runs.scoring import score_ledger
from benchmark.runs.sealing import DERIVED, ScoredRun, seal_run
from benchmark.runs.seals import SEALED, Integrity
from benchmark.runs.shelf import Shelf
from benchmark.runs.tracking import tell_trackers
from benchmark.systems.registry import Registry, System

Announce = Callable[[Plan], None]
"""Hears of a plan before any work."""


def _keep_still(_: object) -> None:
    pass


def start_run(
    request: RunRequest,
    registry: Registry,
    path: Path,
    models: MetricModels,
    *,
    announce: Announce = _keep_still,
    apart: Apart = TOGETHER,
) -> RunRecord:
    """Caption and score a split with one or more systems.

    Args:
        request: what was asked for.
        registry: what is installed.
        path: the run's folder.
        models: what metrics stand on.
        announce: hears of the plan.
        apart: how far systems are kept apart.

    Raises:
        BenchError: the request cannot be met, or the folder cannot be written. What a system
            raises is no error of the run: it is in the ledger and in the manifest's ``failures``.
    """
    run = _resolve(request, registry, apart)
    with at_work(path):
        folder = RunFolder.create(path, run.plan)
        announce(run.plan)
        _tell_lacks(run.plan, models)
        return _begin(folder, run, models, apart)


def start_seeds(
    request: RunRequest,
    seeds: Sequence[int],
    registry: Registry,
    path: Path,
    models: MetricModels,
    *,
    announce: Announce = _keep_still,
    apart: Apart = TOGETHER,
) -> list[RunRecord]:
    """Do one run for each seed, in folders of their own under ``path``.

    All are planned before the first begins, so that resuming ``path`` finishes all of them. Only
    the first is announced: they differ in their seeds.

    Raises:
        BenchError: as ``start_run``.
    """
    runs = [_resolve(dataclasses.replace(request, seed=seed), registry, apart) for seed in seeds]
    paths = [seed_folder(path, run.plan.seed) for run in runs]
    with ExitStack() as locks:
        for each in paths:
            locks.enter_context(at_work(each))
        note_seeds(path, [run.plan.seed for run in runs])
        folders = [RunFolder.create(each, run.plan) for each, run in zip(paths, runs, strict=True)]
        announce(runs[0].plan)
        _tell_lacks(runs[0].plan, models)
        return [
            _begin(folder, run, models, apart) for folder, run in zip(folders, runs, strict=True)
        ]


def resume_run(
    path: Path,
    registry: Registry,
    data_root: Path,
    models: MetricModels,
    *,
    accepts_changes: bool = False,
    announce: Callable[[ChangeEntry], object] = _keep_still,
    apart: Apart = TOGETHER,
    without: Sequence[str] = (),
    patience: Mapping[str, float | None] = MappingProxyType({}),
    trust_edited: bool = False,
) -> RunRecord:
    """Finish a run that was interrupted, or try again what failed in it.

    Args:
        path: its folder.
        registry: what is installed.
        data_root: see ``load_split``.
        models: what metrics stand on.
        accepts_changes: a system that is not what it was captions all its clips anew.
        announce: hears of each of these before any work.
        apart: how far systems are kept apart.
        without: systems that the run is to go on without.
        patience: by its field what is to be otherwise from here on; the plan says so.
        trust_edited: go on with a run that was edited since it was sealed, and say so in it.

    Raises:
        UsageError: no system would be left, or one that is to be left out is not there.
        RunError: a system or the data set's captions changed since the run began, another process
            is at work on it, or it was edited.
    """
    folder = RunFolder.open(path)
    with at_work(path):
        folder.settle()
        plan = folder.read_plan()
        with Ledger(folder.ledger_path, before_growth=folder.unseal) as ledger:
            view = ledger.view
            integrity = _inspect(folder, view, trust_edited=trust_edited)
            amended = leave_out(plan, view, without).with_patience(patience)
            amended = hold_metrics(amended, folder, "run --resume", accepts_changes=accepts_changes)
            if amended != plan:
                plan = amended
                folder.unseal()
                folder.replace_plan(plan)
            if plan.command == "score":
                split = load_same_split(plan, data_root, path)
                return score_and_seal(folder, plan, view, split, {}, models, integrity)
            run = find_again(
                plan, registry, data_root, path, view=view, accepts_changes=accepts_changes
            )
            for change in run.changes:
                announce(change)
            if run.plan != plan:
                folder.unseal()
                ledger.extend(run.changes)  # first: a plan of now over captions of then
                folder.replace_plan(run.plan)
            return _carry_out(folder, run, models, ledger, apart, integrity)


def _inspect(folder: RunFolder, view: LedgerView, *, trust_edited: bool) -> Integrity:
    """Hold a run that is to be worked on against its seal, and refuse it if it was edited.

    What is derived is made anew, whatever it holds.
    """
    integrity = inspect_folder(folder, view.digest, but=DERIVED)
    integrity.require(folder.path, trust_edited=trust_edited)
    return integrity


def rescore_run(
    path: Path,
    data_root: Path,
    models: MetricModels,
    metrics: tuple[str, ...] = (),
    *,
    is_only: bool = False,
    takes_partial: bool = False,
    trust_edited: bool = False,
) -> RunRecord:
    """Compute a run's scores again from its ledger; the old ones stay until all new ones are there.

    Args:
        path: its folder.
        data_root: see ``load_split``.
        models: what metrics stand on.
        metrics: keys of some that the run gets besides its own.
        is_only: it keeps none but these.
        takes_partial: an unfinished run is scored as far as it came, and says so ever after, until
            it is finished.
        trust_edited: go on with a run that was edited since it was sealed, and say so in it.

    Raises:
        RunError: the run is unfinished, the data set's captions changed, another process is at
            work on it, or it was edited.
    """
    folder = RunFolder.open(path)
    with at_work(path):
        folder.settle()
        plan = folder.read_plan()
        view = read_ledger(folder.ledger_path)
        is_partial, failures = look_for_end(folder, plan, view, takes_partial=takes_partial)
        integrity = _inspect(folder, view, trust_edited=trust_edited)
        if metrics and not is_only:
            metrics = select_metrics([*plan.metrics, *_scored_metrics(folder), *metrics])
        if metrics:
            plan = plan.with_metrics(metrics)
        plan = hold_metrics(plan, folder, "rescore")
        split = load_same_split(plan, data_root, path)
        return score_and_seal(
            folder, plan, view, split, failures, models, integrity, is_partial=is_partial
        )


def _scored_metrics(folder: RunFolder) -> set[str]:
    """List what the run has scores of; nothing where they cannot be read and are made anew."""
    try:
        scores = Scores.from_json(folder.read_scores(), folder.scores_path)
    except RunError:
        return set()
    return {key for system in scores.systems.values() for key in system.metrics}


def score_and_seal(
    folder: RunFolder,
    plan: Plan,
    view: LedgerView,
    split: Split,
    failures: Mapping[str, str],
    models: MetricModels,
    integrity: Integrity = SEALED,
    *,
    is_partial: bool = False,
) -> RunRecord:
    """Score what the ledger holds, seal the run, and let trackers know.

    One that is not finished is sealed as partial.

    Raises:
        RunError: the ledger holds what nobody planned.
    """
    refuse_strangers(plan, view, folder.ledger_path, split.references)
    scored = ScoredRun(
        plan,
        view,
        score_ledger(plan, view, split.references, models),
        count_missing(plan, view, split.references),
        is_partial,
    )
    record = seal_run(folder, scored, failures, Integrity(True, integrity.edits))
    note_scored(record)
    tell_trackers(record)
    return record


def _tell_lacks(plan: Plan, models: MetricModels) -> None:
    """Say before any work which metrics of plugins lack something, so that it can be brought."""
    for lack in list_lacks(choose_engines(plan.metrics).engines, models):
        tell(f"{lack} It may come until the captions are made, or before a `bench rescore`.")


def _resolve(request: RunRequest, registry: Registry, apart: Apart) -> ResolvedRun:
    apart = apart.spelt_by(registry, request.systems)

    def looks_elsewhere(system: System) -> bool:
        return bool(apart.requirements_of(system.name, system.provenance.distribution))

    run = resolve_run(request, registry, looks_elsewhere=looks_elsewhere)
    return dataclasses.replace(run, plan=apart.planned(run.plan))


def _begin(folder: RunFolder, run: ResolvedRun, models: MetricModels, apart: Apart) -> RunRecord:
    with Ledger(folder.ledger_path) as ledger:
        return _carry_out(folder, run, models, ledger, apart)


def _carry_out(
    folder: RunFolder,
    run: ResolvedRun,
    models: MetricModels,
    ledger: Ledger,
    apart: Apart,
    integrity: Integrity = SEALED,
) -> RunRecord:
    failures: dict[str, str] = {}
    references = run.split.references
    refuse_strangers(run.plan, ledger.view, ledger.path, references)
    with _shelf_for(run, apart) as shelf:
        clips = run.clips(shelf)
        works = [
            Work(system, run.resources_for(system), clips, ledger.view) for system in run.systems
        ]
        for work in get_ahead(works, run.plan, apart.isolation):
            name = work.system.name
            order = Order(
                name,
                run.data_root,
                run=folder.path,
                shelf=None if shelf is None else shelf.folder,
                requirements=run.plan.requirements_of(name),
            )
            failure = take_through(work, order, ledger, apart.isolation)
            if failure is not None:
                failures[name] = failure
    return score_and_seal(folder, run.plan, ledger.view, clips.split, failures, models, integrity)


@contextmanager
def _shelf_for(run: ResolvedRun, apart: Apart) -> Iterator[Shelf | None]:
    """Give a run of several processes a place for what they decode, which is gone afterwards."""
    if apart.isolation == "none" or run.plan.text_only or len(run.systems) == 1:
        yield None
        return
    with scratch_folder("bench-sounds") as folder:
        yield Shelf(folder)
