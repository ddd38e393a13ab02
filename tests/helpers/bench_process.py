"""A ``bench`` process that sees plugins of the tests, and what a run of it left behind."""

from __future__ import annotations

import json
import os
from pathlib import Path


def bench_environment(site: Path, **settings: str) -> dict[str, str]:
    """Build the environment of a ``bench`` process that sees the plugins in ``site``.

    A ``PYTHONPATH`` among the settings comes first, and hides nothing of this process's own.
    """
    paths = [settings.pop("PYTHONPATH", None), str(site), os.environ.get("PYTHONPATH")]
    return {**os.environ, **settings, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def read_run(path):
    """All that a run says, but for its times; the last line of a clip counts."""
    lines = map(json.loads, (path / "ledger.jsonl").read_text().splitlines())
    rows = {(line["system"], line["clip_id"]): line for line in lines if line["row"] == "clip"}
    return {
        "rows": [
            {key: value for key, value in row.items() if not key.endswith("_s")}
            for row in rows.values()
        ],
        "scores": json.loads((path / "scores.json").read_text()),
        "per_clip": (path / "per_clip.csv").read_text(),
    }
