"""Runs that the first version wrote, copied to where they may be changed."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmark.runs.migrating import migrate_run

OLDER = Path(__file__).parents[1] / "data" / "schema_1"
NAMES = ("run", "scored", "seeds/seed-0", "seeds/seed-1", "baseline.json")


def copy_older(folder: Path) -> Path:
    """Copy the runs ``run``, ``scored``, ``seeds`` and their baseline into a folder."""
    return Path(shutil.copytree(OLDER, folder / "older"))


def copy_migrated(folder: Path) -> Path:
    """Copy the same, each written again as this version writes it."""
    runs = copy_older(folder)
    for name in NAMES:
        migrate_run(runs / name)
    return runs
