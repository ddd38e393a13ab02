"""Runs and baselines sealed again after a test changed them: as if they had been made so."""

from __future__ import annotations

import json
from pathlib import Path

from benchmark.files import sha256_of
from benchmark.runs.sealing import SEALED_FILES
from benchmark.runs.seals import sealed_json


def reseal(path: Path) -> None:
    """Seal a run's folder, or a baseline's file, as it is now; one without a seal stays so."""
    if path.is_file():
        content = json.loads(path.read_text())
        if content.pop("seal", None):
            path.write_text(json.dumps(sealed_json(content, edits=[])))
        return
    manifest = path / "manifest.json"
    content = json.loads(manifest.read_text()) if manifest.is_file() else {}
    if content.pop("seal", None):
        files = {name: sha256_of(path / name) for name in SEALED_FILES if (path / name).is_file()}
        n_bytes = (path / "ledger.jsonl").stat().st_size
        sealed = sealed_json(content, files=files, n_ledger_bytes=n_bytes, edits=[])
        manifest.write_text(json.dumps(sealed))
