"""The end of a run: scores, statistics and manifest are written, and make its record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from benchmark.files import JsonObject, sha256_of, spell_json, write_rows, write_text
from benchmark.runs.calls import calls_of
from benchmark.runs.entries import CAPTIONED, ClipEntry
from benchmark.runs.folder import KEPT_CURE, RunFolder
from benchmark.runs.ledger import LedgerView
from benchmark.runs.manifest import SCHEMA, Manifest
from benchmark.runs.plan import Plan
from benchmark.runs.record import RunRecord, SystemRecord
from benchmark.runs.scoring import ScoredSystem, per_clip_table
from benchmark.runs.seals import SEALED, Integrity, sealed_json
from benchmark.systems.explaining import Explained

STATISTICS_SCHEMA = 1
DERIVED = ("scores.json", "statistics.json", "per_clip.csv")
NO_FAILURES: Mapping[str, str] = MappingProxyType({})
SEALED_FILES = ("plan.json", "ledger.jsonl", *DERIVED)


@dataclass(frozen=True, slots=True)
class ScoredRun:
    """What a run was scored from, and to.

    Attributes:
        plan: with the metrics that were computed.
        view: of the ledger.
        systems: by name.
        n_missing: by system the planned clips that the ledger says nothing of.
        is_partial: the run is not finished.
    """

    plan: Plan
    view: LedgerView
    systems: Mapping[str, ScoredSystem]
    n_missing: Mapping[str, int] = field(default_factory=dict)
    is_partial: bool = False


def make_record(
    path: Path,
    scored: ScoredRun,
    failures: Mapping[str, str] = NO_FAILURES,
    integrity: Integrity = SEALED,
) -> RunRecord:
    """Make the record of what was scored, and write nothing.

    Args:
        path: where it will lie, for messages.
        scored: its plan, its ledger and what they were scored to.
        failures: by system why it stopped.
        integrity: of the files that it was scored from.
    """
    plan, view = scored.plan, scored.view
    scores = {
        name: system.summarise(plan.header.clusters) for name, system in scored.systems.items()
    }
    n_scored = {name: system.n_scored for name, system in scores.items()}
    manifest = Manifest.of(
        plan, view, n_scored, failures, scored.n_missing, is_partial=scored.is_partial
    )
    systems = {
        planned.name: SystemRecord(
            path=path,
            plan=plan,
            planned=planned,
            sealed=manifest.systems[planned.name],
            scores=scores[planned.name],
            contributions=scored.systems[planned.name].contributions,
            captions=captions_of(view, planned.name),
            calls=calls_of(view, planned.name),
            explained=explained_of(view, planned.name),
            integrity=integrity,
        )
        for planned in plan.systems
    }
    return RunRecord(path, plan, manifest, systems, integrity=integrity)


def seal_run(
    folder: RunFolder,
    scored: ScoredRun,
    failures: Mapping[str, str],
    integrity: Integrity = SEALED,
) -> RunRecord:
    """Write what was scored with its seal: all of it takes its place at once, or nothing does.

    Args:
        folder: of the run.
        scored: its plan, its ledger and what they were scored to.
        failures: by system why it stopped.
        integrity: of the files that it was scored from; edits stay known.

    Raises:
        MachineError: the folder cannot be written; the run is as it was.
    """
    record = make_record(folder.path, scored, failures, integrity)
    plan, view = scored.plan, scored.view
    with folder.replacing() as place:
        write_text(place / "scores.json", spell_json(record.scores.to_json(), indent=1), KEPT_CURE)
        statistics = {name: each.contributions.to_json() for name, each in scored.systems.items()}
        write_text(place / "statistics.json", spell_statistics(statistics), KEPT_CURE)
        write_rows(place / "per_clip.csv", *per_clip_table(scored.systems, plan.metrics), KEPT_CURE)
        files = {name: sha256_of(place / name) for name in DERIVED}
        files |= {"plan.json": sha256_of(folder.plan_path), "ledger.jsonl": view.digest.sha256}
        write_manifest(place, record.manifest, files, view.digest.n_bytes, integrity.edits)
    return record


def spell_statistics(by_system: JsonObject) -> str:
    """Spell what each clip adds to the scores, system by system."""
    content = {"schema": STATISTICS_SCHEMA, "systems": by_system}
    return spell_json(content, separators=(",", ":"))


def write_manifest(
    place: Path,
    manifest: Manifest,
    files: Mapping[str, str],
    n_ledger_bytes: int,
    edits: Sequence[str],
) -> None:
    """Write the seal of a run.

    Args:
        place: the folder to write into.
        manifest: of the run.
        files: by name the hash of each of its other files.
        n_ledger_bytes: how long its ledger is.
        edits: see ``Seal``.
    """
    content = {**manifest.to_json(), "schema": SCHEMA}
    parts = {"files": dict(files), "n_ledger_bytes": n_ledger_bytes, "edits": list(edits)}
    write_text(
        place / "manifest.json", spell_json(sealed_json(content, **parts), indent=1), KEPT_CURE
    )


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
