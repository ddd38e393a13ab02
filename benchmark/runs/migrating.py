"""Runs and baselines that earlier versions wrote, written again as this one writes them.

Every command reads older files as they are; rewriting them spares the conversion, and shows in a
diff what the newer form adds.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

from benchmark.files import read_json, spell_json, write_text
from benchmark.runs.folder import RunFolder
from benchmark.runs.reading import read_run, run_file_json, write_run
from benchmark.runs.record import RunRecord


def migrate_run(path: Path) -> bool:
    """Rewrite a run's folder or a baseline's file in the form of today; the numbers stay.

    Returns:
        Whether anything was rewritten.

    Raises:
        RunError: it is no sealed run, or a baseline that was edited since it was accepted.
        MachineError: it cannot be written.
    """
    record = read_run(path)
    record.require_unedited()
    return _migrate_file(record, path) if path.is_file() else _migrate_folder(record)


def _migrate_file(record: RunRecord, path: Path) -> bool:
    if record.acceptance is not None:
        acceptance = dataclasses.replace(record.acceptance, run=record.content_id)
        record = dataclasses.replace(record, acceptance=acceptance)
    if _is_same(read_json(path), run_file_json(record)):
        return False
    write_run(record, path)
    return True


def _migrate_folder(record: RunRecord) -> bool:
    folder = RunFolder(record.path)
    parts = {
        folder.plan_path: record.plan.to_json(),
        folder.scores_path: record.scores.to_json(),
        folder.manifest_path: record.manifest.to_json(),
    }
    older = [path for path, content in parts.items() if not _is_same(read_json(path), content)]
    for path in older:
        write_text(path, spell_json(parts[path], indent=1))
    return bool(older)


def _is_same(written: Mapping[str, object], content: Mapping[str, object]) -> bool:
    """Tell whether a file holds a record already, tuples and lists being one thing in JSON."""
    return bool(written == json.loads(spell_json(content)))
