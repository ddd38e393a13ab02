"""Runs and baselines that earlier versions wrote, written again as this one writes them.

Every command reads older files as they are; rewriting them spares the conversion, and shows in a
diff what the newer form adds.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

from benchmark.files import read_json, sha256_of, spell_json, write_text
from benchmark.runs.folder import KEPT_CURE, RunFolder
from benchmark.runs.locking import at_work
from benchmark.runs.reading import read_run, run_file_json, write_run
from benchmark.runs.record import RunRecord
from benchmark.runs.sealing import SEALED_FILES, write_manifest


def migrate_run(path: Path, *, trust_edited: bool = False) -> bool:
    """Rewrite a run's folder or a baseline's file in the form of today; the numbers stay.

    What an earlier version wrote is sealed as it is.

    Returns:
        Whether anything was rewritten.

    Raises:
        RunError: it is no sealed run, another process is at work on it, or it was edited.
        MachineError: it cannot be written.
    """
    if not path.is_dir():
        return _migrate_file(read_run(path, trust_edited=trust_edited), path)
    folder = RunFolder.open(path)
    with at_work(path):
        folder.settle()
        return _migrate_folder(folder, read_run(path, trust_edited=trust_edited))


def _migrate_file(record: RunRecord, path: Path) -> bool:
    if record.acceptance is not None:
        acceptance = dataclasses.replace(record.acceptance, run=record.content_id)
        record = dataclasses.replace(record, acceptance=acceptance)
    if _is_same(read_json(path), run_file_json(record)):
        return False
    write_run(record, path)
    return True


def _migrate_folder(folder: RunFolder, record: RunRecord) -> bool:
    parts = {folder.plan_path: record.plan.to_json(), folder.scores_path: record.scores.to_json()}
    older = [path for path, content in parts.items() if not _is_same(read_json(path), content)]
    if not older and record.integrity.is_sealed:
        return False
    with folder.replacing() as place:
        for path in older:
            write_text(place / path.name, spell_json(parts[path], indent=1), KEPT_CURE)
        renewed = {path.name: place / path.name for path in older}
        files = {
            name: sha256_of(renewed.get(name, folder.path / name))
            for name in SEALED_FILES
            if (folder.path / name).is_file()
        }
        n_ledger_bytes = folder.ledger_path.stat().st_size
        edits = record.integrity.edits
        write_manifest(place, record.manifest, files, n_ledger_bytes, edits)
    return True


def _is_same(written: Mapping[str, object], content: Mapping[str, object]) -> bool:
    """Tell whether a file holds a record already, tuples and lists being one thing in JSON."""
    return bool(written == json.loads(spell_json(content)))
