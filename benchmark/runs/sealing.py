"""The end of a run: scores, statistics and manifest are written, and make its record."""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.runs.calls import calls_of
from benchmark.runs.entries import CAPTIONED, ClipEntry
from benchmark.runs.folder import RunFolder
from benchmark.runs.ledger import LedgerView
from benchmark.runs.manifest import Manifest
from benchmark.runs.plan import Plan
from benchmark.runs.record import RunRecord, SystemRecord
from benchmark.runs.scores import Scores
from benchmark.runs.scoring import ScoredSystem, per_clip_table
from benchmark.systems.explaining import Explained


def seal_run(
    folder: RunFolder,
    plan: Plan,
    view: LedgerView,
    scored: Mapping[str, ScoredSystem],
    failures: Mapping[str, str],
) -> RunRecord:
    """Write what was scored, and the manifest last.

    Raises:
        MachineError: the folder cannot be written.
    """
    scores = Scores({name: system.summarise() for name, system in scored.items()})
    n_scored = {name: system.n_scored for name, system in scores.systems.items()}
    manifest = Manifest.of(plan, view, n_scored, failures)
    folder.write_scores(scores.to_json())
    folder.write_statistics({name: each.contributions.to_json() for name, each in scored.items()})
    folder.write_per_clip(*per_clip_table(scored, plan.metrics))
    folder.seal(manifest.to_json())
    systems = {
        planned.name: SystemRecord(
            path=folder.path,
            plan=plan,
            planned=planned,
            sealed=manifest.systems[planned.name],
            scores=scores.systems[planned.name],
            contributions=scored[planned.name].contributions,
            captions=captions_of(view, planned.name),
            calls=calls_of(view, planned.name),
            explained=explained_of(view, planned.name),
        )
        for planned in plan.systems
    }
    return RunRecord(folder.path, plan, manifest, systems)


def captions_of(view: LedgerView, system_name: str) -> dict[str, str]:
    """List a system's captions by clip, in the order in which they came; of folds the last one's.

    Captions of a file came in its order, which files for other tools keep.
    """
    entries = _captioned(view, system_name)
    return {entry.clip_id: entry.caption or "" for entry in entries}


def explained_of(view: LedgerView, system_name: str) -> dict[str, Explained]:
    """List by clip what a system's captions leaned on; of folds the last one's, as captions."""
    entries = _captioned(view, system_name)
    return {entry.clip_id: entry.explained for entry in entries if entry.explained is not None}


def _captioned(view: LedgerView, system_name: str) -> list[ClipEntry]:
    entries = [entry for (name, *_), entry in view.clips.items() if name == system_name]
    by_fold = sorted(entries, key=lambda entry: entry.fold)
    return [entry for entry in by_fold if entry.state in CAPTIONED]
